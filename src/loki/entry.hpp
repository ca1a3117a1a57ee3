#pragma once

#include "base/value.hpp"
#include "event/event.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The stream that an entry belongs to: label names and values.
using Labels = std::map<std::string, std::string>;

/// What Loki stores: a line with its stream labels and its entry time. Frozen at creation, because
/// a receiver recognises a repeated entry only by the same labels, time and bytes.
struct Entry {
  Labels labels;
  Instant time;
  std::string line;
  Labels metadata; // structured metadata, by the same rules as labels; may be empty
};

/// Where an entry's time comes from.
enum class EntryTime { now, event };

/// The entry of an event; `now` is when the command ran.
Entry make_entry(const Event& event, Labels labels, Labels metadata, EntryTime time, Instant now);

/// Why an agent in front of Loki would accept an entry and then lose it, in words; Loki itself
/// would refuse it. The limits are Loki's defaults (reject_old_samples_max_age,
/// creation_grace_period, max_line_size).
std::vector<std::string_view> likely_losses(const Entry& entry, Instant now);

/// What is wrong with a stream label by Loki's rules, if anything.
std::optional<Mismatch> check_label(std::string_view name, std::string_view value);

/// A stream label as `name=value`; an empty value stands for "remove this label".
Parsed<Labels::value_type> parse_label(std::string_view text);

/// The number of labels that Loki takes for one stream.
inline constexpr std::size_t most_labels = 15;

} // namespace metrics_event
