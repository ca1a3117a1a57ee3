#include "commands/send_report.hpp"

#include "base/time.hpp"
#include "json/writer.hpp"

namespace metrics_event {
namespace {

std::string_view name_of(SendReport::Status status) {
  switch (status) {
  case SendReport::Status::delivered: return "delivered";
  case SendReport::Status::spooled: return "spooled";
  case SendReport::Status::failed: return "failed";
  case SendReport::Status::dry_run: return "dry_run";
  case SendReport::Status::disabled: return "disabled";
  case SendReport::Status::skipped: return "skipped";
  }
  return "";
}

SendReport::Status status_of(const SendReport& report, const RunOutcome& outcome) {
  const bool is_safe = report.status == SendReport::Status::spooled ||
                       report.status == SendReport::Status::delivered;
  return outcome.failure && !is_safe ? SendReport::Status::failed : report.status;
}

} // namespace

std::string to_result(const SendReport& report, const RunOutcome& outcome) {
  if (outcome.output != Output::json) {
    return "";
  }
  const auto& event = report.event;
  const auto& entry = report.entry;
  JsonObject object = result_head(outcome, name_of(status_of(report, outcome)));
  object.raw("event", event ? event->line : "null")
      .raw("labels", entry ? json_object(entry->labels) : "null")
      .text_or_null("entry_time_ns", entry ? unix_nanoseconds(entry->time) : "")
      .text_or_null("url", report.url);
  return add_counts(object, report.counts)
             .number("attempts", report.attempts)
             .raw("http_status",
                  report.http_status == 0 ? "null" : std::to_string(report.http_status))
             .number("elapsed_ms", report.elapsed.count())
             .raw("error",
                  error_object(outcome.failure ? outcome.failure : report.failure, report.response))
             .raw("fields_set", event ? json_array(event->fields_set) : "null")
             .raw("computed_fields", event ? json_array(event->computed_fields) : "null")
             .raw("extra", event && event->extra ? *event->extra : "null")
             .str() +
         '\n';
}

std::string describe_delivery(const SendReport& report) {
  const std::string status =
      report.http_status == 0 ? "" : ": HTTP status " + std::to_string(report.http_status);
  return "delivered " + report.event->name + " to " + report.url + status + " in " +
         std::to_string(report.elapsed.count()) + " ms";
}

} // namespace metrics_event
