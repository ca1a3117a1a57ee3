#pragma once

#include "base/time.hpp"
#include "cli/command.hpp"
#include "spool/record.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace metrics_event {

/// Selects entries of a spool.
struct SpoolFilter {
  std::string event{};                                   // event name; empty means any
  std::optional<std::chrono::milliseconds> older_than{}; // age by entry time; none means any

  bool selects_all() const { return event.empty() && !older_than; }
  bool selects(const TimedLine& entry, Instant now) const;
};

/// The options of `flush`.
struct FlushOptions {
  enum class Task { send, list, drop };

  Task task = Task::send;
  std::optional<std::chrono::milliseconds> wait{}; // time to keep retrying
  SpoolFilter filter{};
  bool refused = false; // selects refused entries instead of waiting ones
};

/// Reads the options of `flush`. Throws Failure (usage).
FlushOptions flush_options(const CommandOptions& given);

} // namespace metrics_event
