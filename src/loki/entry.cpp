#include "loki/entry.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::size_t longest_label_name = 1024;
constexpr std::size_t longest_label_value = 2048;
constexpr std::size_t longest_line = 256UL * 1024;

bool is_label_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_label_name && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '_'; }) &&
         !name.starts_with("__");
}

} // namespace

Entry make_entry(const Event& event, Labels labels, Labels metadata, EntryTime time, Instant now) {
  return {.labels = std::move(labels),
          .time = time == EntryTime::event ? event.timestamp : now,
          .line = event.line,
          .metadata = std::move(metadata)};
}

std::vector<std::string_view> likely_losses(const Entry& entry, Instant now) {
  std::vector<std::string_view> losses;
  if (now - entry.time > most_behind) {
    losses.emplace_back("the entry time is more than 7 days old; Loki refuses it, and VictoriaLogs "
                        "and agents in front of Loki accept and lose it");
  }
  if (entry.time - now > most_ahead) {
    losses.emplace_back("the entry time is more than 10 minutes ahead; Loki refuses it, and agents "
                        "in front of Loki accept and lose it, as VictoriaLogs does from 2 days on");
  }
  if (entry.line.size() > longest_line) {
    losses.emplace_back(
        "the line is larger than 256 KiB; Loki refuses it, and an agent in front of "
        "Loki accepts and loses it");
  }
  return losses;
}

std::optional<Mismatch> check_label(std::string_view name, std::string_view value) {
  if (!is_label_name(name)) {
    return Mismatch{"a label name of letters, digits and _ that starts with neither a digit nor __",
                    name};
  }
  if (value.size() > longest_label_value) {
    return Mismatch{"a label value of at most 2048 bytes", value};
  }
  if (!is_utf8(value)) {
    return Mismatch{"a label value in valid UTF-8", value};
  }
  return std::nullopt;
}

Parsed<Labels::value_type> parse_label(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos || equals == 0) {
    return Mismatch{"NAME=VALUE", text};
  }
  const std::string_view name = text.substr(0, equals);
  const std::string_view value = text.substr(equals + 1);
  if (const auto mismatch = check_label(name, value)) {
    return *mismatch;
  }
  return Labels::value_type{name, value};
}

} // namespace metrics_event
