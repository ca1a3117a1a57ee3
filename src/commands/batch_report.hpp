#pragma once

#include "commands/counts.hpp"
#include "commands/run.hpp"

#include <chrono>
#include <string>

namespace metrics_event {

/// The outcome of a batch.
struct BatchReport {
  std::string url; // redacted; empty means unknown
  EventCounts counts;
  std::chrono::milliseconds elapsed{};
};

/// Renders the result object, one line with its newline. Returns an empty text unless the output is
/// JSON.
std::string to_result(const BatchReport& report, const RunOutcome& outcome);

} // namespace metrics_event
