#include "spool/record.hpp"

#include "base/text.hpp"
#include "commands/flush_report.hpp"
#include "fuzz/target.hpp"
#include "json/reader.hpp"
#include "loki/endpoint.hpp"

#include <string>

namespace metrics_event::testing {
namespace {

using namespace std::chrono_literals;

void check_line(std::string text) {
  must(text.ends_with('\n'), "it is a line");
  text.pop_back();
  must(is_safe_to_show(text), "a line is safe to show");
}

void check_record(const SpoolRecord& record) {
  const std::string text = encode(record);
  check_line(text);
  const auto again = decode_record(text);
  must(again.has_value(), "what was decoded can be kept");
  must(encode(*again) == text, "it stays as it is");

  const auto endpoint = parse_endpoint(record.destination.url);
  must(endpoint && !endpoint->credentials, "a record holds no credentials");
  for (const auto& [name, value] : query_pairs(*endpoint)) {
    must(value.empty(), "a record holds no value of a query");
  }
}

void check_listed(const ListedEntry& listed) {
  const Instant now{1700000000s};
  check_line(to_text(listed, now));
  const std::string json = to_json(listed, now);
  must(compact_json(json) == json, "what is listed is JSON");
}

} // namespace

// A file of the spool; and its name.
void fuzz_spool_record(std::string_view input) {
  ListedEntry listed{.file = std::string{input}};
  if (const auto record = decode_record(input)) {
    check_record(*record);
    listed.record = *record;
  } else {
    must(is_safe_to_show(record.error()), "a reason is safe to show");
    listed.reason = record.error();
  }
  check_listed(listed);

  if (const auto name = parse_spool_name(input)) {
    must(name->text() == input, "a name says what was taken from it");
    must(name->attempts >= 0, "attempts are counted from none");
  }
}

} // namespace metrics_event::testing
