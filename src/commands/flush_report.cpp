#include "commands/flush_report.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/url_text.hpp"
#include "json/writer.hpp"

namespace metrics_event {
namespace {

constexpr std::size_t age_width = 5;
constexpr std::size_t attempts_width = 9;
constexpr std::size_t event_width = 19;
constexpr std::size_t longest_reason = 200;

// Returns a line of the list without its last column.
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

std::string totals_text(const ListTotals& totals) {
  if (totals.entries == 0) {
    return "";
  }
  std::string text = "\n";
  if (totals.by_destination.size() > 1) {
    for (const auto& [destination, entries] : totals.by_destination) {
      text += grouped(entries) + " for " + visible(shown(destination)) + '\n';
    }
  }
  const std::string size =
      totals.max_bytes ? ", " + room_text(totals.bytes, *totals.max_bytes) : "";
  return text + grouped(totals.entries) + (totals.entries == 1 ? " entry" : " entries") + size +
         '\n';
}

// Returns the end of the JSON object that `list_begin` begins.
std::string list_end(const ListTotals& totals, const RunOutcome& outcome) {
  const auto object = [](const auto& row) {
    return JsonObject{}
        .text("url", redacted_url(row.first.url))
        .text_or_null("org_id", row.first.org_id)
        .number("entries", row.second)
        .str();
  };
  const std::string members =
      result_head(outcome)
          .number("count", totals.entries)
          .number("bytes", totals.bytes)
          .raw("max_bytes", totals.max_bytes ? std::to_string(*totals.max_bytes) : "null")
          .raw("destinations", '[' + joined(totals.by_destination, ",", object) + ']')
          .raw("error", error_object(outcome.failure, ""))
          .str();
  return "]," + members.substr(1) + '\n';
}

} // namespace

void ListTotals::add(const std::optional<Destination>& destination) {
  entries += 1;
  if (destination) {
    by_destination[*destination] += 1;
  }
}

std::string to_text(const FlushReport& report) {
  if (!report.task) {
    return "";
  }
  if (report.task == FlushOptions::Task::list) {
    return totals_text(report.list) + report.outlook;
  }
  if (report.task == FlushOptions::Task::drop) {
    return "dropped " + std::to_string(report.dropped) + ", left " + std::to_string(report.left) +
           '\n';
  }
  return "delivered " + std::to_string(report.counts.delivered) + ", refused " +
         std::to_string(report.counts.refused) + ", left " + std::to_string(report.left) +
         (report.set_aside == 0 ? "" : ", set aside " + std::to_string(report.set_aside)) +
         (report.tells_time ? " in " + spoken_exactly(report.elapsed) : "") + '\n';
}

std::string to_result(const FlushReport& report, const RunOutcome& outcome) {
  if (outcome.output != Output::json) {
    return to_text(report);
  }
  if (report.task == FlushOptions::Task::list) {
    return list_end(report.list, outcome);
  }
  JsonObject object = result_head(outcome);
  object.text_or_null("spool", report.spool);
  return add_counts(object, report.counts)
             .number("left", report.left)
             .number("set_aside", report.set_aside)
             .number("dropped", report.dropped)
             .number("elapsed_ms", report.elapsed.count())
             .raw("error", error_object(outcome.failure, ""))
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
  if (!entry.destination) {
    return columns("-", "-", "-") + quote(entry.file) + " is not an entry" + reason + '\n';
  }
  return columns(age(entry.entry, now),
                 entry.is_being_tried ? "trying" : std::to_string(entry.attempts),
                 printable(event_of(entry.entry.line), 80)) +
         visible(shown(*entry.destination)) + reason + '\n';
}

std::string to_json(const ListedEntry& entry, Instant now) {
  JsonObject object;
  object.text("file", entry.file)
      .number("attempts", entry.attempts)
      .raw("trying", entry.is_being_tried ? "true" : "false");
  if (entry.destination) {
    const auto age = std::chrono::floor<std::chrono::seconds>(now - entry.entry.time);
    object.text("event", event_of(entry.entry.line))
        .text("entry_time_ns", unix_nanoseconds(entry.entry.time))
        .number("age_s", age.count())
        .text("url", redacted_url(entry.destination->url))
        .text_or_null("org_id", entry.destination->org_id)
        .raw("labels", json_object(entry.entry.labels))
        .text("line", entry.entry.line);
  }
  return object.text_or_null("reason", entry.reason).str();
}

} // namespace metrics_event
