#pragma once

#include "commands/run.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace metrics_event {

/// What became of a batch.
struct BatchReport {
  std::string url;             // redacted; empty: not known
  std::uint64_t delivered = 0; // or written to a file
  std::uint64_t spooled = 0;
  std::uint64_t refused = 0; // by the receiver
  std::uint64_t invalid = 0; // lines that are no events
  std::chrono::milliseconds elapsed{};
};

/// `delivered 12, spooled 0, refused 1, invalid 2`.
std::string counts(const BatchReport& report);

/// Renders the result object, one line with its newline; nothing unless the output is JSON.
std::string to_result(const BatchReport& report, const RunOutcome& outcome);

} // namespace metrics_event
