#include "loki/push.hpp"

#include "base/version.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

const Entry first{{{"job", "metrics"}}, Instant{1700000000000000001ns}, R"({"a":"é\n"})", {}};
const Entry second{{{"job", "metrics"}}, Instant{1700000000000000002ns}, "two", {}};
const Entry elsewhere{
    {{"env", "x\"y"}, {"job", "metrics"}}, Instant{1ns}, "three", {{"trace", "x\"y"}}};

std::string reason(std::string_view body) {
  const auto entries = decode_push(body);
  return entries ? "taken" : entries.error();
}

} // namespace

TEST_SUITE_BEGIN("loki");

TEST_CASE("a push is the JSON that Loki's API asks for") {
  CHECK(
      push_body({&first, 1}) ==
      R"({"streams":[{"stream":{"job":"metrics"},"values":[["1700000000000000001","{\"a\":\"é\\n\"}"]]}]})");
  const std::vector<Entry> three{second, elsewhere, first}; // each stream once, ascending
  CHECK(
      push_body(three) ==
      R"({"streams":[{"stream":{"env":"x\"y","job":"metrics"},"values":[["1","three",{"trace":"x\"y"}]]},)"
      R"({"stream":{"job":"metrics"},"values":[["1700000000000000001","{\"a\":\"é\\n\"}"],["1700000000000000002","two"]]}]})");
  CHECK(push_body({}) == R"({"streams":[]})");
}

TEST_CASE("a push that is decoded again gives the same entries") {
  const std::vector<Entry> entries{elsewhere, first, second};
  const std::vector<Entry> decoded = *decode_push(push_body(entries));
  REQUIRE(decoded.size() == entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CHECK(decoded[i].labels == entries[i].labels);
    CHECK(decoded[i].time == entries[i].time);
    CHECK(decoded[i].line == entries[i].line);
    CHECK(decoded[i].metadata == entries[i].metadata);
  }
}

TEST_CASE("a push has room for so many entries, of 55 minutes") {
  PushRoom three{3};
  CHECK(three.takes(first));
  CHECK(three.takes(second));
  CHECK_FALSE(three.takes(elsewhere)); // of another day
  CHECK(three.takes(first));
  CHECK_FALSE(three.takes(first));

  const auto at = [](Instant time) { return Entry{{{"job", "x"}}, time, "x", {}}; };
  const Instant noon{12h};
  PushRoom room;
  CHECK(room.takes(at(noon)));
  CHECK(room.takes(at(noon - 30min)));
  CHECK_FALSE(room.takes(at(noon + 25min + 1ns)));
  CHECK(room.takes(at(noon + 25min)));
  CHECK_FALSE(room.takes(at(noon - 30min - 1ns)));
}

TEST_CASE("a push has room for 1 MiB, whatever that is made of, and is well filled") {
  struct Case {
    std::string line;
    std::size_t at_least; // bytes
  };
  for (const auto& one : {Case{std::string(2000, 'x'), 1'040'000},
                          {R"({"a":"b","c":"d"})" + std::string(2000, '"'), 1'040'000},
                          {std::string(2000, '\x1b'), 1'030'000},
                          {std::string(2000, '\xff'), 1'030'000},
                          {std::string(2000, '\n'), 300'000},
                          {"\u0085" + std::string(2000, '\x7f'), 1'030'000}}) {
    CAPTURE(one.line.substr(0, 10));
    PushRoom room;
    std::vector<Entry> entries;
    Entry entry{.time = Instant{1700000000s}, .line = one.line, .metadata = {{"trace", "\x1b"}}};
    do {
      entry.labels = {{"job", "\"" + std::to_string(entries.size() % 7)}};
      entries.push_back(entry);
    } while (room.takes(entry));
    entries.pop_back();
    const std::size_t size = push_body(entries).size();
    CHECK(size <= largest_push);
    CHECK(size >= one.at_least);
  }
  CHECK(PushRoom{}.takes({{{"job", "x"}}, Instant{}, std::string(2 * largest_push, 'x'), {}}));
}

TEST_CASE("a request carries the literal content type, and a tenant only when there is one") {
  const std::string agent = "metrics-event/" + std::string{version};
  CHECK(push_request({}, "", "body").headers ==
        Headers{{"Content-Type", "application/json"}, {"User-Agent", agent}});
  CHECK(push_request({.headers = {{"X-More", "1"}}}, "tenant", "body").headers ==
        Headers{{"Content-Type", "application/json"},
                {"User-Agent", agent},
                {"X-Scope-OrgID", "tenant"},
                {"X-More", "1"}});
}

TEST_CASE("what Loki takes is decoded") {
  CHECK(decode_push("{}")->empty());
  CHECK(decode_push(R"({"streams":[]})")->empty());
  CHECK(decode_push(R"({"streams":[{"stream":{}}]})")->empty());
  CHECK(decode_push(R"({"streams":[{"stream":{},"values":[]}]})")->empty());
  const auto with_metadata =
      *decode_push(R"({"streams":[{"stream":{"a":"b","c":""},"values":[["1","x",{"m":"n"}]]}]})");
  REQUIRE(with_metadata.size() == 1);
  CHECK(with_metadata[0].labels == Labels{{"a", "b"}});
  CHECK(with_metadata[0].metadata == Labels{{"m", "n"}});
}

TEST_CASE("what is not a push is refused with the reason") {
  const auto entry = [](const std::string& text) {
    return R"({"streams":[{"stream":{"a":"b"},"values":[)" + text + "]}]}";
  };
  CHECK(reason("") == "EOF");
  CHECK(reason("not json").starts_with("the body is not JSON: "));
  CHECK(reason("{\"streams\":[\"\xff\"]}").starts_with("the body is not JSON: "));
  CHECK(reason(std::string(100000, '[')).starts_with("the body is not JSON: "));
  CHECK(reason("[]") == "the push is not an object");
  CHECK(reason(R"({"streams":{}})") == "streams is not an array");
  CHECK(reason(R"({"streams":[null]})") == "a stream is not an object");
  CHECK(reason(R"({"streams":[{"stream":{"a":"b"},"values":1}]})") == "values is not an array");
  CHECK(reason(R"({"streams":[{"stream":[],"values":[["1","x"]]}]})") ==
        "the labels of a stream is not an object");
  CHECK(reason(R"({"streams":[{"values":[["1","x"]]}]})") ==
        "error at least one label pair is required per stream");
  CHECK(reason(R"({"streams":[{"stream":{"bad-name":"x"},"values":[["1","x"]]}]})")
            .starts_with("a label is bad: expected a label name"));
  CHECK(reason(R"({"streams":[{"stream":{"a":1},"values":[["1","x"]]}]})") ==
        "a label's value is not a string");
  CHECK(reason(entry("{}")) == "an entry is not an array");
  CHECK(reason(entry(R"(["1"])")) == R"(an entry is not ["TIME","LINE"])");
  CHECK(reason(entry(R"([1,"x"])")) == "an entry time is not a string");
  CHECK(reason(entry(R"(["1",{}])")) == "a line is not a string");
  CHECK(reason(entry(R"(["1","x",5])")) == "structured metadata is not an object");
  CHECK(reason(entry(R"(["1","x",{"k":1}])")) == "a metadata value is not a string");
  CHECK(reason(R"({"streams":[{"stream":{"a=b":"c"},"values":[["1","x"]]}]})")
            .starts_with("a label is bad: expected a label name"));
  for (const char* time :
       {"", "1.5", " 1", "+1", "-1", "1e9", "99999999999999999999", "2023-11-14T22:13:20Z"}) {
    CAPTURE(time);
    CHECK(reason(entry("[\"" + std::string{time} + "\",\"x\"]")) ==
          "an entry time is not a string of digits: \"" + std::string{time} + '"');
  }
}

TEST_SUITE_END();
