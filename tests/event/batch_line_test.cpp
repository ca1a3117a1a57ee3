#include "event/batch_line.hpp"

#include "event/catalogue.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

constexpr Instant now{1700000000123ms};

const EventTypes types{built_in_events()};

std::string line_of(BatchLineReader& reader, std::string_view text) {
  const auto time = reader.read(text, now);
  return time ? reader.line() : std::to_string(time.error().column) + ": " + time.error().text;
}

std::string line_of(std::string_view text) {
  BatchLineReader reader{types};
  return line_of(reader, text);
}

} // namespace

TEST_SUITE_BEGIN("batch_line");

TEST_CASE("a line of the operator becomes the line of the same event, its numbers as they were") {
  CHECK(
      line_of(
          R"({"timestamp": 123.0, "event": "runner_installed", "flavor": "small", "duration": 456.0})") ==
      R"({"timestamp":123,"event":"runner_installed","flavor":"small","duration":456.0})");
  CHECK(
      line_of(
          R"({"timestamp": 123, "flavor": "small", "duration": 456, "event": "runner_installed"})") ==
      R"({"timestamp":123,"event":"runner_installed","flavor":"small","duration":456})");
  CHECK(
      line_of(
          R"({"timestamp": 1.5, "event": "runner_stop", "flavor": "s", "workflow": "w", "repo": "a/b", "github_event": "push", "status": "normal", "status_info": null, "job_duration": 1.0, "job_conclusion": null})") ==
      R"({"timestamp":1.5,"event":"runner_stop","flavor":"s","workflow":"w","repo":"a/b","github_event":"push","status":"normal","job_duration":1.0})");
  CHECK(
      line_of(
          R"({"timestamp": 1, "event": "runner_stop", "flavor": "s", "workflow": "w", "repo": "a/b", "github_event": "push", "status": "abnormal", "status_info": {"code": 403.0}, "job_duration": 1.0})") ==
      R"({"timestamp":1,"event":"runner_stop","flavor":"s","workflow":"w","repo":"a/b","github_event":"push","status":"abnormal","status_info":{"code":403},"job_duration":1.0})");
}

TEST_CASE("an event that is declared nowhere passes as it is") {
  CHECK(line_of(R"({"event":"DiskFull","b":1e3,"a":null,"c":{"x":[1.50]}})") ==
        R"({"timestamp":1700000000.123,"event":"disk_full","b":1e3,"a":null,"c":{"x":[1.50]}})");
  BatchLineReader reader{types};
  CHECK(*reader.read(R"({"event":"x","timestamp":1700000000.123456789})", now) ==
        Instant{1700000000123456789ns});
}

TEST_CASE("a dot in the name of an undeclared member means nothing") {
  CHECK(line_of(R"({"event":"x","timestamp":1,"a":1,"a.b":2,"event.c":3,".":4})") ==
        R"({"timestamp":1,"event":"x","a":1,"a.b":2,"event.c":3,".":4})");
}

TEST_CASE("a member without a name is one like others") {
  CHECK(line_of(R"({"event":"x","timestamp":1,"":null})") ==
        R"({"timestamp":1,"event":"x","":null})");
  CHECK(line_of(
            R"({"event":"runner_installed","timestamp":1,"flavor":"s","duration":1,"":{"x":1}})") ==
        R"({"timestamp":1,"event":"runner_installed","flavor":"s","duration":1,"":{"x":1}})");
}

TEST_CASE("a mistake names its column") {
  CHECK(line_of("") == "1: expected JSON, got nothing");
  CHECK(line_of("[1]") == "1: expected a JSON object");
  CHECK(line_of(R"({"event":"x",})") == "14: not valid JSON: unexpected \"}\"");
  CHECK(line_of(R"({"event":"x","a":1,"a":2})").starts_with("22: \"a\" occurs twice"));
  CHECK(line_of(R"({"a":1})") == "1: the member \"event\", which names the event, is missing");
  CHECK(line_of(R"({"a":1, "event":"two words"})") ==
        R"(17: event: expected the name of an event such as disk_full, got ""two words"")");
  CHECK(line_of(R"({"event":"runner_installed","flavor":"s","duration": "1"})") ==
        R"(54: duration: expected a plain number of seconds, 0 or more, got the text "1")");
  CHECK(line_of(R"({"event":"runner_installed","flavor":"s"})") ==
        "1: runner-installed needs duration");
  CHECK(
      line_of(
          R"({"event":"runner_stop","flavor":"s","workflow":"w","repo":"r","github_event":"g","status":"x","status_info":{"code":"{}\"}"},"job_duration":1})") ==
      R"(117: status_info.code: expected a plain whole number, got the text "{}"}")");
  CHECK(line_of(R"({"event":"x","timestamp":1700000000123})") ==
        "26: timestamp: expected UNIX seconds and not milliseconds, got \"1700000000123\"; divide "
        "it by 1000");
}

TEST_CASE("a reader takes lines of many types in turn, more than it remembers") {
  BatchLineReader reader{types};
  for (int turn = 0; turn < 3; ++turn) {
    for (int n = 0; n < 50; ++n) {
      const std::string name = "thing_" + std::to_string(n);
      CHECK(line_of(reader, R"({"timestamp":1,"x":{"a": 1},"n\u0061me":"\u00e9","event":")" + name +
                                "\"}") ==
            R"({"timestamp":1,"event":")" + name + R"(","x":{"a":1},"name":"é"})");
    }
    CHECK_FALSE(reader.read("{}", now).has_value());
    CHECK(
        line_of(reader, R"({"timestamp":1,"event":"RunnerInstalled","flavor":"s","duration":1})") ==
        R"({"timestamp":1,"event":"runner_installed","flavor":"s","duration":1})");
  }
}

TEST_SUITE_END();
