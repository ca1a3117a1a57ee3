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
    .labels = {{"job", "metrics"}, {"region", "größe \"x\""}},
    .metadata = {{"trace", "1"}},
    .entries = {{Instant{1700000000123456789ns},
                 R"({"timestamp":1.5,"event":"runner_installed","flavor":"a\nb"})"},
                {Instant{1600000000000000000ns}, ""}}};

const std::string sample_text = encode(sample).str();

std::string with(std::string_view part, std::string_view replacement) {
  std::string changed = sample_text;
  const std::size_t found = changed.find(part);
  REQUIRE(found != std::string::npos);
  return changed.replace(found, part.size(), replacement);
}

std::string with_entries(const std::string& entries) {
  return sample_text.substr(0, sample_text.find(R"("entries":)") + 10) + entries + '}';
}

std::string sixteen_labels() {
  std::string labels = R"("job":"metrics")";
  for (char name = 'a'; name < 'o'; ++name) {
    labels.append(",\"").append(1, name).append("\":\"x\"");
  }
  return labels;
}

std::string reason(std::string_view broken) {
  const auto record = decode_record(broken);
  return record ? "" : record.error();
}

} // namespace

TEST_SUITE_BEGIN("spool_record");

TEST_CASE("a record is one line that says all but secrets, and reads back as it was") {
  CHECK(std::ranges::count(sample_text, '\n') == 1);
  const auto record = decode_record(sample_text);
  REQUIRE(record.has_value());
  CHECK(record->destination == sample.destination);
  CHECK(record->labels == sample.labels);
  CHECK(record->metadata == sample.metadata);
  REQUIRE(record->entries.size() == 2);
  CHECK(record->entries[0].time == sample.entries[0].time);
  CHECK(record->entries[0].line == sample.entries[0].line);
  CHECK(record->entries[1].time == sample.entries[1].time);
  CHECK(record->entries[1].line.empty());
  CHECK_FALSE(record->is_restamped);
  CHECK(record->doubt == Doubt::none);
  CHECK(encode(*record).str() == sample_text);

  SpoolRecord restamped = sample;
  restamped.is_restamped = true;
  CHECK(decode_record(encode(restamped).str())->is_restamped);
}

TEST_CASE("a record that is torn anywhere is none") {
  for (std::size_t size = 0; size + 1 < sample_text.size(); ++size) { // the newline may be missing
    CAPTURE(size);
    CHECK_FALSE(reason(sample_text.substr(0, size)).empty());
  }
  CHECK(reason(sample_text.substr(0, sample_text.size() - 1)).empty());
  CHECK(reason("") == "it is empty");
  CHECK(reason(sample_text + sample_text) == "it is torn, or not JSON");
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
      {with(R"("version":1)", R"("version":1,"colour":2)"), "it has an unknown member: \"colour\""},
      {with(R"("org_id":"team-a",)", ""), "it lacks \"org_id\""},
      {with(R"("org_id":"team-a")", R"("org_id":5)"), "its \"org_id\" is not a string"},
      {with("team-a", R"(a\r\nX: y)"), "its tenant is not valid"},
      {with("https://loki", "ftp://loki"), "its URL is not valid"},
      {with("https://loki.example.com/loki/api/v1/push?tenant=", ""), "its URL is not valid"},
      {with("https://loki", "https://user:password@loki"), "its URL is not valid"},
      {with("?tenant=", "?tenant=x"), "its URL is not valid"},
      {with("https://loki.example.com/loki/api/v1/push?tenant=", "file:///tmp/x"),
       "its URL is not valid"},
      {with("\"job\"", "\"__job\""), "its \"labels\" break Loki's rules"},
      {with("\"trace\":\"1\"", "\"trace\":1"), "its \"metadata\" is not a string"},
      {with(R"({"trace":"1"})", "[]"), "its \"metadata\" are not an object"},
      {with("\"job\":\"metrics\"", "\"job\":\"\""), "its \"labels\" break Loki's rules"},
      {with(R"({"job":"metrics","region":"größe \"x\""})", "{}"), "it has no labels, or too many"},
      {with(R"("job":"metrics")", sixteen_labels()), "it has no labels, or too many"},
      {with(R"("entries")", R"("restamped":1,"entries")"),
       "its \"restamped\" is not true or false"},
      {with(R"("entries")", R"("restamped":"true","entries")"),
       "its \"restamped\" is not true or false"},
      {with(R"("entries")", R"("restamped":null,"entries")"),
       "its \"restamped\" is not true or false"},
      {with(R"("entries")", R"("doubt":"some","entries")"), "its doubt is unknown: \"some\""},
      {with(R"("entries")", R"("doubt":true,"entries")"), "its \"doubt\" is not a string"},
      {with(R"("entries")", R"("entry_time_ns":"1","line":"","entries")"),
       "it has an unknown member: \"entry_time_ns\""},
      {with(R"("entries")", R"("lines")"), "it lacks \"entries\""},
      {with_entries("[]"), "it has no entries, or too many"},
      {with_entries("{}"), "its \"entries\" are not an array"},
      {with_entries("5"), "its \"entries\" are not an array"},
      {with_entries(R"("x")"), "its \"entries\" are not an array"},
      {with_entries("null"), "its \"entries\" are not an array"},
      {with_entries(R"({"a":["1","x"]})"), "its \"entries\" are not an array"},
      {with_entries("[[]]"), "an entry is not a time and a line"},
      {with_entries(R"([["1"]])"), "an entry is not a time and a line"},
      {with_entries(R"([["1","x","y"]])"), "an entry is not a time and a line"},
      {with_entries(R"([["1","x"],"y"])"), "an entry is not a time and a line"},
      {with_entries(R"([["1","x"],5])"), "an entry is not a time and a line"},
      {with_entries(R"([{"1":"1","2":"x"}])"), "an entry is not a time and a line"},
      {with_entries(R"([["1",["x","y"]]])"), "an entry is not a time and a line"},
      {with_entries(R"([["1",null]])"), "an entry is not a time and a line"},
      {with_entries(R"([[1,"x"]])"), "an entry is not a time and a line"},
      {with("1600000000000000000", "-1"), "an entry time is not a number of nanoseconds"},
      {with("1600000000000000000", ""), "an entry time is not a number of nanoseconds"},
      {with("1600000000000000000", "1e9"), "an entry time is not a number of nanoseconds"},
      {with("1600000000000000000", "9223372036854775808"),
       "an entry time is not a number of nanoseconds"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(reason(row.first) == row.second);
  }
}

TEST_CASE("every doubt is kept in words, and none in no word") {
  const std::pair<Doubt, std::string> rows[]{{Doubt::possibly_stored, "possibly stored"},
                                             {Doubt::unconfirmed, "unconfirmed"},
                                             {Doubt::unconfirmed_twice, "unconfirmed twice"}};
  for (const auto& row : rows) {
    CAPTURE(row.second);
    SpoolRecord doubtful = sample;
    doubtful.doubt = row.first;
    const std::string changed = encode(doubtful).str();
    CHECK(changed == with(R"(,"entries":)", R"(,"doubt":")" + row.second + R"(","entries":)"));
    CHECK(decode_record(changed)->doubt == row.first);
  }
  CHECK(sample_text.find("doubt") == std::string::npos);
}

TEST_CASE("a record has as many entries as one push, in the order in which they were given") {
  SpoolRecord many = sample;
  many.entries.clear();
  for (int i = 0; i < 1000; ++i) {
    many.entries.push_back({Instant{std::chrono::nanoseconds{(i * 7) % 1000}}, std::to_string(i)});
  }
  const std::string largest = encode(many).str();
  const auto record = decode_record(largest);
  REQUIRE(record.has_value());
  REQUIRE(record->entries.size() == 1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    REQUIRE(record->entries[i].time == many.entries[i].time);
    REQUIRE(record->entries[i].line == many.entries[i].line);
  }
  const Entry entry = record->entry(999);
  CHECK(entry.labels == sample.labels);
  CHECK(entry.metadata == sample.metadata);
  CHECK(entry.time == many.entries[999].time);
  CHECK(entry.line == "999");

  many.entries.push_back({Instant{1ns}, "one too many"});
  CHECK(reason(encode(many).str()) == "it has no entries, or too many");
}

TEST_CASE("the name of a record has the time of its oldest entry") {
  const SpoolName name = encode(sample).name(0xabc, 3);
  CHECK(name.time == Instant{1600000000000000000ns});
  CHECK(name.id == 0xabc);
  CHECK(name.size == sample_text.size());
  CHECK(name.entries == 2);
  CHECK(name.attempts == 3);
  CHECK(encode(sample).name(0, 100'000).attempts == 65'535);
}

TEST_CASE("a record for entries has what they share") {
  const SpoolRecord record = record_for(sample.destination, sample.entry(0));
  CHECK(record.destination == sample.destination);
  CHECK(record.labels == sample.labels);
  CHECK(record.metadata == sample.metadata);
  CHECK(record.entries.empty());
  CHECK_FALSE(record.is_restamped);
  CHECK(record.doubt == Doubt::none);
}

TEST_CASE("a file that cannot be read is no record, for the system's reason") {
  CHECK(record_of(std::make_error_code(std::errc::permission_denied)).error() ==
        "permission denied");
  CHECK(record_of(sample_text)->entries.size() == 2);
}

TEST_CASE("an event is known by its line") {
  CHECK(event_of(sample.entries[0].line) == "runner_installed");
  for (const char* const line : {"", "{}", "x", R"({"event":5})", R"(["event"])"}) {
    CHECK(event_of(line).empty());
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
  CHECK(encode(*record).str() == shown + '\n');
  const SpoolName name = encode(*record).name(0x0123456789abcdef, 3);
  CHECK(page.find('\n' + name.text() + '\n') != std::string::npos);
}

TEST_SUITE_END();
