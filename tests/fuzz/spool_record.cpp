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
  const std::string text = encode(record).str();
  check_line(text);
  const auto again = decode_record(text);
  must(again.has_value(), "what was decoded can be kept");
  must(encode(*again).str() == text, "it stays as it is");
  must(!record.entries.empty(), "a record has entries");
  const SpoolName file = encode(record).name(7, 3);
  must(file.entries == record.entries.size(), "a name counts the entries");
  for (const TimedLine& entry : record.entries) {
    must(file.time <= entry.time, "a name has the time of the oldest entry");
  }
  const auto parsed = parse_spool_name(file.text());
  must(parsed && parsed->text() == file.text(), "every record has a name");

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

void check_name(std::string_view input) {
  if (const auto name = parse_spool_name(input)) {
    must(name->text() == input, "a name says what was taken from it");
    must(name->entries > 0, "no name says that a file has no entries");
    must(input.starts_with(name->stem()), "a name begins with its stem");
    const auto again = parse_spool_stem(name->stem());
    must(again && again->stem() == name->stem(), "a stem says what was taken from it");
    const std::string joined = joined_name(*name, *name);
    const JoinedNames divided = divided_name(joined);
    must(divided.name == input && divided.replaced == input, "joined names are divided again");
    must(!parse_spool_name(joined), "a joined name is no name");
  }
}

} // namespace

// A file of the spool; and its name.
void fuzz_spool_record(std::string_view input) {
  ListedEntry listed{.file = std::string{input}};
  if (const auto record = decode_record(input)) {
    check_record(*record);
    listed.destination = record->destination;
    for (std::size_t i = 0; i < record->entries.size(); ++i) {
      listed.entry = record->entry(i);
      check_listed(listed);
    }
  } else {
    must(is_safe_to_show(record.error()), "a reason is safe to show");
    listed.reason = record.error();
    check_listed(listed);
  }
  check_name(input);
}

} // namespace metrics_event::testing
