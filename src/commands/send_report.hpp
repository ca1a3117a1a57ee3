#pragma once

#include "base/exit_code.hpp"
#include "commands/counts.hpp"
#include "commands/run.hpp"
#include "event/event.hpp"
#include "loki/entry.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace metrics_event {

/// The outcome of sending an event, from which the result object of `--output json` is rendered.
struct SendReport {
  enum class Status { delivered, spooled, failed, dry_run, disabled, skipped };

  Status status = Status::failed;
  std::optional<Event> event;
  std::optional<Entry> entry;
  std::string url; // redacted; empty means unknown
  EventCounts counts;
  int attempts = 0;
  int http_status = 0; // 0 means no answer
  std::chrono::milliseconds elapsed{};
  std::string response;           // the receiver's text when it refused the event
  std::optional<Failure> failure; // why the event went into the spool
};

/// Renders the result object, one line with its newline; unknown members are null. Returns an empty
/// text unless the output is JSON.
std::string to_result(const SendReport& report, const RunOutcome& outcome);

/// Returns the message of `--verbose` about a delivered event: its name, the URL, the status and
/// the time taken.
std::string describe_delivery(const SendReport& report);

} // namespace metrics_event
