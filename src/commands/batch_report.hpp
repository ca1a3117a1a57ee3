#pragma once

#include "base/exit_code.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
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
  ExitCode exit_code = ExitCode::ok; // of the process, which --best-effort may have changed
  std::optional<Failure> failure;
};

/// `delivered 12, spooled 0, refused 1, invalid 2`.
std::string counts(const BatchReport& report);

/// One object on one line: `exit_code`, `url`, the numbers, `elapsed_ms`, `error`.
std::string to_json(const BatchReport& report);

} // namespace metrics_event
