#pragma once

#include "base/time.hpp"
#include "event/event.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Label names and values; together they identify the stream that an entry belongs to.
using Labels = std::map<std::string, std::string>;

/// The unit that Loki stores: a line with its stream labels and its entry time. It is not changed
/// after its creation, because a receiver recognises a repeated entry only by the same labels, time
/// and bytes.
struct Entry {
  Labels labels;
  Instant time;
  std::string line;
  Labels metadata; // structured metadata, under the rules for labels; may be empty
};

/// The source of an entry's time: the clock, or the timestamp of the event.
enum class EntryTime { now, event };

/// Builds the entry of an event. Its time is `now`, the time at which the command ran, or the
/// timestamp of the event, according to `time`.
Entry make_entry(const Event& event, Labels labels, Labels metadata, EntryTime time, Instant now);

/// The limits of Loki for the entry time: how far it may be behind Loki's clock, and how far ahead
/// of it (the defaults of reject_old_samples_max_age and creation_grace_period).
inline constexpr std::chrono::days most_behind{7};
inline constexpr std::chrono::minutes most_ahead{10};

/// Returns a sentence for each limit of Loki that an entry exceeds: these two, and the default of
/// max_line_size. Loki itself refuses such an entry, but VictoriaLogs and agents in front of Loki
/// accept and lose it.
std::vector<std::string_view> likely_losses(const Entry& entry, Instant now);

/// Checks a stream label by Loki's rules. Returns the mismatch, or nothing for a valid label.
std::optional<Mismatch> check_label(std::string_view name, std::string_view value);

/// Reads a stream label of the form `name=value`; an empty value means "remove this label". Returns
/// a mismatch for any other form and for a label that `check_label` rejects.
Parsed<Labels::value_type> parse_label(std::string_view text);

/// Loki accepts at most this many labels for one stream (its default max_label_names_per_series).
inline constexpr std::size_t most_labels = 15;

} // namespace metrics_event
