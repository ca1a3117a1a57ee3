#include "commands/flush_report.hpp"

#include "base/text.hpp"
#include "base/value.hpp"
#include "commands/send_report.hpp"
#include "json/writer.hpp"
#include "loki/endpoint.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

constexpr std::size_t age_width = 5;
constexpr std::size_t attempts_width = 9;
constexpr std::size_t event_width = 19;
constexpr std::size_t longest_reason = 200;

// A line of the list but for its last column.
std::string columns(std::string_view age, std::string_view attempts, std::string_view event) {
  return padded(age, age_width) + ' ' + padded(attempts, attempts_width) + ' ' +
         padded(event, event_width) + ' ';
}

std::string age(const Entry& entry, Instant now) {
  using namespace std::chrono;
  const auto seconds = duration_cast<std::chrono::seconds>(now - entry.time).count();
  if (seconds < 0) {
    return "ahead";
  }
  if (seconds < 100) {
    return std::to_string(seconds) + 's';
  }
  const auto minutes = seconds / 60;
  if (minutes < 100) {
    return std::to_string(minutes) + 'm';
  }
  const auto hours = minutes / 60;
  return hours < 48 ? std::to_string(hours) + 'h' : std::to_string(hours / 24) + 'd';
}

} // namespace

std::string to_text(const FlushReport& report) {
  if (!report.task || report.task == FlushOptions::Task::list) {
    return "";
  }
  if (report.task == FlushOptions::Task::drop) {
    return "dropped " + std::to_string(report.dropped) + ", left " + std::to_string(report.left) +
           '\n';
  }
  return "delivered " + std::to_string(report.delivered) + ", refused " +
         std::to_string(report.refused) + ", left " + std::to_string(report.left) +
         (report.set_aside == 0 ? "" : ", set aside " + std::to_string(report.set_aside)) + '\n';
}

std::string to_json(const FlushReport& report) {
  return JsonObject{}
             .raw("exit_code", std::to_string(static_cast<int>(report.exit_code)))
             .raw("spool", report.spool.empty() ? "null" : json_string(report.spool))
             .raw("delivered", std::to_string(report.delivered))
             .raw("refused", std::to_string(report.refused))
             .raw("left", std::to_string(report.left))
             .raw("set_aside", std::to_string(report.set_aside))
             .raw("dropped", std::to_string(report.dropped))
             .raw("elapsed_ms", std::to_string(report.elapsed.count()))
             .raw("error", error_object(report.failure, ""))
             .str() +
         '\n';
}

std::string list_head() {
  return columns("AGE", "ATTEMPTS", "EVENT") + "DESTINATION\n";
}

std::string list_begin(const std::string& spool) {
  return "{\"spool\":" + json_string(spool) + ",\"entries\":[";
}

std::string to_text(const ListedEntry& entry, Instant now) {
  const std::string reason =
      entry.reason.empty() ? "" : ": " + printable(entry.reason, longest_reason);
  if (!entry.record) {
    return columns("-", "-", "-") + quote(entry.file) + " is no entry" + reason + '\n';
  }
  const SpoolRecord& record = *entry.record;
  return columns(age(record.entry, now), std::to_string(entry.attempts),
                 printable(event_of(record.entry), 80)) +
         redacted_url(record.url) + (record.org_id.empty() ? "" : " (" + record.org_id + ')') +
         reason + '\n';
}

std::string to_json(const ListedEntry& entry, Instant now) {
  JsonObject object;
  object.text("file", entry.file).raw("attempts", std::to_string(entry.attempts));
  if (entry.record) {
    const SpoolRecord& record = *entry.record;
    const auto age = std::chrono::floor<std::chrono::seconds>(now - record.entry.time);
    object.text("event", event_of(record.entry))
        .text("entry_time_ns", unix_nanoseconds(record.entry.time))
        .raw("age_s", std::to_string(age.count()))
        .text("url", redacted_url(record.url))
        .raw("org_id", record.org_id.empty() ? "null" : json_string(record.org_id))
        .raw("labels", json_object(record.entry.labels))
        .text("line", record.entry.line);
  }
  return object.raw("reason", entry.reason.empty() ? "null" : json_string(entry.reason)).str();
}

} // namespace metrics_event
