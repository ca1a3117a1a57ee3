#pragma once

#include "base/exit_code.hpp"
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
  ExitCode exit_code = ExitCode::ok; // of the process, which --best-effort may have changed
  std::optional<Event> event;
  std::optional<Entry> entry;
  std::string url; // redacted; empty: not known
  int attempts = 0;
  int http_status = 0; // 0: no answer
  std::chrono::milliseconds elapsed{};
  std::string response;           // the receiver's own words, when it refused
  std::optional<Failure> failure; // what went wrong
};

/// The result object, one line with its newline. What is not known is null.
std::string to_json(const SendReport& report);

/// The member `error` of a result: an object of kind, message and the receiver's own words; null
/// without a failure.
std::string error_object(const std::optional<Failure>& failure, const std::string& response);

/// What `--verbose` says of a delivered event: what, where, the status, the time.
std::string describe_delivery(const SendReport& report);

} // namespace metrics_event
