#include "commands/send_report.hpp"

#include "base/value.hpp"
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

std::string string_or_null(const std::string& text) {
  return text.empty() ? "null" : json_string(text);
}

} // namespace

std::string to_json(const SendReport& report) {
  JsonObject object;
  object.text("status", name_of(report.status))
      .raw("exit_code", std::to_string(static_cast<int>(report.exit_code)))
      .raw("event", report.event ? report.event->line : "null")
      .raw("labels", report.entry ? json_object(report.entry->labels) : "null")
      .raw("entry_time_ns",
           report.entry ? json_string(unix_nanoseconds(report.entry->time)) : "null")
      .raw("url", string_or_null(report.url))
      .raw("attempts", std::to_string(report.attempts))
      .raw("http_status", report.http_status == 0 ? "null" : std::to_string(report.http_status))
      .raw("elapsed_ms", std::to_string(report.elapsed.count()))
      .raw("error", error_object(report.failure, report.response))
      .raw("fields_set", report.event ? json_array(report.event->fields_set) : "null")
      .raw("computed_fields", report.event ? json_array(report.event->computed_fields) : "null")
      .raw("extra", report.event && report.event->extra ? *report.event->extra : "null");
  return object.str() + '\n';
}

std::string error_object(const std::optional<Failure>& failure, const std::string& response) {
  return failure ? JsonObject{}
                       .text("kind", name_of(failure->code()))
                       .text("message", failure->text())
                       .raw("response", string_or_null(response))
                       .str()
                 : "null";
}

std::string describe_delivery(const SendReport& report) {
  const std::string status =
      report.http_status == 0 ? "" : ": HTTP status " + std::to_string(report.http_status);
  return "delivered " + report.event->name + " to " + report.url + status + " in " +
         std::to_string(report.elapsed.count()) + " ms";
}

} // namespace metrics_event
