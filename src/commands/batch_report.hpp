#pragma once

#include "commands/run.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace metrics_event {

/// The outcome of a batch; the counts are numbers of events.
struct BatchReport {
  std::string url;             // redacted; empty means unknown
  std::uint64_t delivered = 0; // also counts events appended to a file
  std::uint64_t spooled = 0;
  std::uint64_t refused = 0; // refused by the receiver
  std::uint64_t invalid = 0; // lines that are not valid events
  std::chrono::milliseconds elapsed{};
};

/// Returns the counts as text, such as `delivered 12, spooled 0, refused 1, invalid 2`.
std::string counts(const BatchReport& report);

/// Renders the result object, one line with its newline. Returns an empty text unless the output is
/// JSON.
std::string to_result(const BatchReport& report, const RunOutcome& outcome);

} // namespace metrics_event
