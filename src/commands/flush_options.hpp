#pragma once

#include "base/value.hpp"
#include "cli/command.hpp"
#include "spool/record.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace metrics_event {

/// Which entries of a spool are meant.
struct SpoolFilter {
  std::string event{};                                   // its name; empty: any
  std::optional<std::chrono::milliseconds> older_than{}; // by entry time

  bool selects_all() const { return event.empty() && !older_than; }
  bool selects(const Entry& entry, Instant now) const;
};

/// What `flush` does.
struct FlushOptions {
  enum class Task { send, list, drop };

  Task task = Task::send;
  std::optional<std::chrono::milliseconds> wait{}; // keep trying for so long
  SpoolFilter filter{};
  bool refused = false; // what was refused, instead of what waits
};

/// Reads the options of `flush`. Throws Failure (usage).
FlushOptions flush_options(const CommandOptions& given);

} // namespace metrics_event
