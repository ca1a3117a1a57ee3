#pragma once

#include "base/exit_code.hpp"
#include "commands/run.hpp"
#include "event/event.hpp"
#include "loki/entry.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// What became of an event, as far as it came: the result object of `--output json`.
struct SendReport {
  enum class Status { delivered, spooled, failed, dry_run, disabled, skipped };

  Status status = Status::failed;
  std::optional<Event> event;
  std::optional<Entry> entry;
  std::string url; // redacted; empty: not known
  int attempts = 0;
  int http_status = 0; // 0: no answer
  std::chrono::milliseconds elapsed{};
  std::string response;           // the receiver's own words, when it refused
  std::optional<Failure> failure; // why it is in the spool
};

/// Renders the result object, one line with its newline; nothing unless the output is JSON. A
/// member that is not known is null.
std::string to_result(const SendReport& report, const RunOutcome& outcome);

/// What `--verbose` says of a delivered event: what, where, the status, the time.
std::string describe_delivery(const SendReport& report);

} // namespace metrics_event
