#include "spool/record.hpp"

#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;

namespace {

const SpoolRecord sample{
    .destination = {.url = "https://loki.example.com/loki/api/v1/push?tenant=", .org_id = "team-a"},
    .entry = {.labels = {{"job", "metrics"}, {"region", "größe \"x\""}},
              .time = Instant{1700000000123456789ns},
              .line = R"({"timestamp":1.5,"event":"runner_installed","flavor":"a\nb"})",
              .metadata = {{"trace", "1"}}}};

const std::string text = encode(sample);

std::string with(std::string_view part, std::string_view replacement) {
  std::string changed = text;
  const std::size_t found = changed.find(part);
  REQUIRE(found != std::string::npos);
  return changed.replace(found, part.size(), replacement);
}

std::string reason(std::string_view broken) {
  const auto record = decode_record(broken);
  return record ? "" : record.error();
}

} // namespace

TEST_SUITE_BEGIN("spool_record");

TEST_CASE("a record is one line that says all but secrets, and reads back as it was") {
  CHECK(std::ranges::count(text, '\n') == 1);
  const auto record = decode_record(text);
  REQUIRE(record.has_value());
  CHECK(record->destination == sample.destination);
  CHECK(record->entry.labels == sample.entry.labels);
  CHECK(record->entry.metadata == sample.entry.metadata);
  CHECK(record->entry.time == sample.entry.time);
  CHECK(record->entry.line == sample.entry.line);
  CHECK_FALSE(record->is_restamped);
  CHECK(encode(*record) == text);

  SpoolRecord restamped = sample;
  restamped.is_restamped = true;
  CHECK(decode_record(encode(restamped))->is_restamped);
}

TEST_CASE("a record that is torn anywhere is none") {
  for (std::size_t size = 0; size + 1 < text.size(); ++size) { // the newline may be missing
    CAPTURE(size);
    CHECK_FALSE(reason(text.substr(0, size)).empty());
  }
  CHECK(reason(text.substr(0, text.size() - 1)).empty());
  CHECK(reason("") == "it is empty");
  CHECK(reason(text + text) == "it is torn, or not JSON");
  CHECK(reason(std::string(300, '\0')) == "it is torn, or not JSON");
}

TEST_CASE("what is not a record of this version is told") {
  const std::pair<std::string, std::string> rows[]{
      {"[]", "it is torn, or not JSON"},
      {"{}", "it lacks \"version\""},
      {with(R"("version":1)", R"("version":2)"),
       "its format version 2 is newer than this program knows"},
      {with(R"("version":1)", R"("version":0)"), "its format version is not a number"},
      {with(R"("version":1)", R"("version":"1")"), "its format version is not a number"},
      {with(R"("version":1)", R"("version":1,"colour":2)"),
       "it has a member that is unknown: \"colour\""},
      {with(R"("org_id":"team-a",)", ""), "it lacks \"org_id\""},
      {with(R"("org_id":"team-a")", R"("org_id":5)"), "its \"org_id\" is not a string"},
      {with("team-a", R"(a\r\nX: y)"), "its tenant is not one"},
      {with("https://loki", "ftp://loki"), "its URL is not one to send to"},
      {with("https://loki.example.com/loki/api/v1/push?tenant=", ""),
       "its URL is not one to send to"},
      {with("https://loki", "https://user:password@loki"), "its URL is not one to send to"},
      {with("?tenant=", "?tenant=x"), "its URL is not one to send to"},
      {with("https://loki.example.com/loki/api/v1/push?tenant=", "file:///tmp/x"),
       "its URL is not one to send to"},
      {with("\"job\"", "\"__job\""), "its \"labels\" break Loki's rules"},
      {with("\"trace\":\"1\"", "\"trace\":1"), "its \"metadata\" is not a string"},
      {with(R"({"trace":"1"})", "[]"), "its \"metadata\" are not an object"},
      {with("1700000000123456789", "-1"), "its entry time is not a number of nanoseconds"},
      {with("1700000000123456789", "9223372036854775808"),
       "its entry time is not a number of nanoseconds"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(reason(row.first) == row.second);
  }
}

TEST_CASE("an event is known by its line") {
  CHECK(event_of(sample.entry) == "runner_installed");
  for (const char* const line : {"", "{}", "x", R"({"event":5})", R"(["event"])"}) {
    CHECK(event_of({.line = line}).empty());
  }
}

TEST_CASE("file names sort by entry time and say the size and the attempts") {
  const SpoolName name{Instant{1700000000123456789ns}, 0xabc, 312, 3};
  CHECK(name.text() == "1700000000123456789.0000000000000abc,S=312,A=3.json");
  const auto parsed = parse_spool_name(name.text());
  REQUIRE(parsed);
  CHECK(parsed->time == name.time);
  CHECK(parsed->id == name.id);
  CHECK(parsed->size == 312);
  CHECK(parsed->attempts == 3);

  CHECK(size_in(name.text()) == 312);
  CHECK(size_in("x") == 0);

  std::vector<std::string> names;
  for (const auto time : {0ns, 9ns, 10ns, 999'999'999'999ns, 1'700'000'000'000'000'000ns,
                          std::chrono::nanoseconds::max()}) {
    names.push_back(SpoolName{Instant{time}, ~0UL, 1, 0}.text());
    CHECK(parse_spool_name(names.back()));
  }
  CHECK(std::ranges::is_sorted(names));
}

TEST_CASE("a stranger's name is none of ours") {
  for (const std::string name :
       {"", "x", "x.json", "1700000000123456789.json", "1.0000000000000abc,S=312,A=3.json",
        "1700000000123456789.abc,S=312,A=3.json",
        "1700000000123456789.0000000000000abc,S=,A=3.json",
        "1700000000123456789.0000000000000abc,S=-1,A=3.json",
        "1700000000123456789.0000000000000abc,S=312,A=-3.json",
        "1700000000123456789.0000000000000ABC,S=312,A=3.json",
        "1700000000123456789.0000000000000abc,S=312,A=3.json.reason",
        "9999999999999999999.0000000000000abc,S=312,A=3.json"}) {
    CAPTURE(name);
    CHECK_FALSE(parse_spool_name(name));
  }
}

TEST_CASE("metrics-event-spool(7) shows a file as it is, under the name that it has") {
  const std::string page = read_file(source_directory + "/man/metrics-event-spool.7");
  const std::size_t begin = page.find("begin record\n");
  REQUIRE(begin != std::string::npos);
  std::string shown;
  std::istringstream lines{page.substr(begin, page.find("end record\n") - begin)};
  for (std::string line; std::getline(lines, line);) {
    shown += line.starts_with('{') || line.starts_with('"') ? line : "";
  }
  for (std::size_t at = 0; (at = shown.find("\\e", at)) != std::string::npos; ++at) {
    shown.erase(at + 1, 1);
  }
  const auto record = decode_record(shown);
  REQUIRE(record.has_value());
  CHECK(encode(*record) == shown + '\n');
  const SpoolName name{record->entry.time, 0x0123456789abcdef, shown.size() + 1, 3};
  CHECK(page.find('\n' + name.text() + '\n') != std::string::npos);
}

TEST_SUITE_END();
