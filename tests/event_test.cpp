#include "event.hpp"

#include "catalogue.hpp"
#include "exit_code.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

constexpr Instant now{1700000000123ms};

const EventType& type_named(std::string_view name) {
  return *std::ranges::find(built_in_events(), name, &EventType::name);
}

using Values = std::vector<std::pair<std::string_view, std::string>>;

std::vector<GivenField> given(const EventType& type, const Values& values) {
  std::vector<GivenField> fields;
  for (const auto& [name, text] : values) {
    const auto found = std::ranges::find(type.fields, name, &Field::name);
    fields.push_back({found == type.fields.end() ? &timestamp_field : &*found, text});
  }
  return fields;
}

Event make(std::string_view name, const Values& values) {
  const EventType& type = type_named(name);
  return make_event(type, {.fields = given(type, values)}, now);
}

// The status and text of the failure that making the event ends with.
std::pair<ExitCode, std::string> failure(std::string_view name, const Values& values) {
  try {
    make(name, values);
  } catch (const Failure& failure) {
    return {failure.code(), failure.text()};
  }
  return {ExitCode::ok, ""};
}

using Trouble = std::pair<ExitCode, std::string>;

const Values installed{{"flavor", "small"}, {"duration", "12.5"}};

} // namespace

TEST_SUITE_BEGIN("event");

TEST_CASE("the line has timestamp, event and the fields as declared") {
  const Event event = make("runner_installed", {{"duration", "12.5"}, {"flavor", "small"}});
  CHECK(
      event.line ==
      R"({"timestamp":1700000000.123,"event":"runner_installed","flavor":"small","duration":12.5})");
  CHECK(event.timestamp == now);
}

TEST_CASE("the operator's events have the lines that its dashboards read") {
  CHECK(make("runner_start", {{"flavor", "small"},
                              {"workflow", "build"},
                              {"repo", "example/project"},
                              {"github_event", "push"},
                              {"idle", "3"},
                              {"queue_duration", "0.25"},
                              {"timestamp", "1"}})
            .line ==
        R"({"timestamp":1,"event":"runner_start","flavor":"small","workflow":"build",)"
        R"("repo":"example/project","github_event":"push","idle":3,"queue_duration":0.25})");
  CHECK(make("runner_stop", {{"flavor", "small"},
                             {"workflow", "build"},
                             {"repo", "example/project"},
                             {"github_event", "push"},
                             {"status", "abnormal"},
                             {"status_info.code", "403"},
                             {"job_duration", "60"},
                             {"job_conclusion", "failure"},
                             {"timestamp", "1"}})
            .line == R"({"timestamp":1,"event":"runner_stop","flavor":"small","workflow":"build",)"
                     R"("repo":"example/project","github_event":"push","status":"abnormal",)"
                     R"("status_info":{"code":403},"job_duration":60,"job_conclusion":"failure"})");
  CHECK(make("reconciliation", {{"flavor", "small"},
                                {"crashed_runners", "0"},
                                {"idle_runners", "2"},
                                {"active_runners", "3"},
                                {"expected_runners", "5"},
                                {"duration", "1.5"},
                                {"timestamp", "1"}})
            .line ==
        R"({"timestamp":1,"event":"reconciliation","flavor":"small","crashed_runners":0,)"
        R"("idle_runners":2,"active_runners":3,"expected_runners":5,"duration":1.5})");
}

TEST_CASE("an optional field that is not given is left out") {
  CHECK(make("reconciliation", {{"flavor", "small"},
                                {"crashed_runners", "0"},
                                {"idle_runners", "2"},
                                {"duration", "1"},
                                {"timestamp", "1"}})
            .line ==
        R"({"timestamp":1,"event":"reconciliation","flavor":"small","crashed_runners":0,)"
        R"("idle_runners":2,"duration":1})");
}

TEST_CASE("an event knows what was given and what was computed") {
  const Event event =
      make("runner_installed", {{"timestamp", "5"}, {"duration", "1"}, {"flavor", "x"}});
  CHECK(event.fields_set == std::vector<std::string>{"timestamp", "flavor", "duration"});
  CHECK(event.computed_fields == std::vector<std::string>{"event"});
  CHECK(event.extra == "{}");
  CHECK(make("runner_installed", installed).fields_set ==
        std::vector<std::string>{"flavor", "duration"});
}

TEST_CASE("text is any valid UTF-8, the empty one too") {
  const auto line_with = [](const std::string& flavor) {
    return make("runner_installed", {{"flavor", flavor}, {"duration", "1"}, {"timestamp", "1"}})
        .line;
  };
  CHECK(line_with("") == R"({"timestamp":1,"event":"runner_installed","flavor":"","duration":1})");
  CHECK(line_with("é\"\n") ==
        R"({"timestamp":1,"event":"runner_installed","flavor":"é\"\n","duration":1})");
  CHECK(failure("runner_installed", {{"flavor", "\xff"}, {"duration", "1"}}) ==
        Trouble{ExitCode::data, R"(--flavor: expected valid UTF-8, got "\xff")"});
}

TEST_CASE("a value that its type does not allow is a data error that says what is") {
  for (const char* bad : {"-1", "-0.001", "abc", "nan", "inf", "0x10", "12,5", "12 ", ""}) {
    CAPTURE(bad);
    CHECK(failure("runner_installed", {{"flavor", "small"}, {"duration", bad}}) ==
          Trouble{ExitCode::data,
                  "--duration: expected a plain number of seconds, 0 or more, got \"" +
                      std::string{bad} + '"'});
  }
  for (const char* bad : {"1.0", "1e2", "4.03E2", "-1", "x"}) {
    CAPTURE(bad);
    CHECK(failure("reconciliation", {{"flavor", "small"},
                                     {"crashed_runners", bad},
                                     {"idle_runners", "1"},
                                     {"duration", "1"}}) ==
          Trouble{ExitCode::data,
                  "--crashed-runners: expected a plain whole number, 0 or more, got \"" +
                      std::string{bad} + '"'});
  }
  CHECK(failure("runner_installed", {{"flavor", "s"}, {"duration", "1"}, {"timestamp", "never"}}) ==
        Trouble{ExitCode::data,
                "--timestamp: expected UNIX seconds with at most nine decimals, or a "
                "time such as 2023-11-14T22:13:20Z, got \"never\""});
}

TEST_CASE("a number beyond what a double holds is a data error of its own") {
  for (const char* bad : {"1e400", "1e-400"}) {
    CAPTURE(bad);
    CHECK(failure("runner_installed", {{"flavor", "small"}, {"duration", bad}}) ==
          Trouble{ExitCode::data,
                  "--duration: expected a number within the range of a double, got \"" +
                      std::string{bad} + '"'});
  }
}

TEST_CASE("a field without a minimum takes a negative number") {
  CHECK(make("runner_stop", {{"flavor", "s"},
                             {"workflow", "w"},
                             {"repo", "r"},
                             {"github_event", "g"},
                             {"status", "x"},
                             {"status_info.code", "-15"},
                             {"job_duration", "1"}})
            .line.find(R"("status_info":{"code":-15})") != std::string::npos);
}

TEST_CASE("all fields that are missing are named at once, with what they take") {
  CHECK(failure("runner_installed", {}) ==
        Trouble{ExitCode::usage, "runner-installed needs --flavor TEXT and --duration SECONDS"});
  CHECK(failure("runner_installed", {{"flavor", "small"}}) ==
        Trouble{ExitCode::usage, "runner-installed needs --duration SECONDS"});
}

TEST_CASE("a field given twice is refused") {
  CHECK(failure("runner_installed", {{"flavor", "a"}, {"duration", "1"}, {"flavor", "b"}}) ==
        Trouble{ExitCode::usage, "--flavor is given twice, give it once"});
  CHECK(failure("runner_installed",
                {{"flavor", "a"}, {"duration", "1"}, {"timestamp", "1"}, {"timestamp", "2"}}) ==
        Trouble{ExitCode::usage, "--timestamp is given twice, give it once"});
}

TEST_CASE("neighbouring nested fields share one object") {
  constexpr std::array<Field, 4> fields{Field{.name = "a.x", .type = FieldType::integer},
                                        Field{.name = "a.y", .type = FieldType::integer},
                                        Field{.name = "b.z", .type = FieldType::string},
                                        Field{.name = "c", .type = FieldType::integer}};
  const EventType type{"nested", "", fields};
  const Event event = make_event(
      type,
      {.fields =
           given(type, {{"a.x", "1"}, {"a.y", "2"}, {"b.z", "3"}, {"c", "4"}, {"timestamp", "9"}})},
      now);
  CHECK(event.line == R"({"timestamp":9,"event":"nested","a":{"x":1,"y":2},"b":{"z":"3"},"c":4})");
}

TEST_CASE("the table of built-in events is well formed") {
  std::map<std::string_view, int> names;
  for (const EventType& type : built_in_events()) {
    CAPTURE(type.name);
    CHECK(++names[type.name] == 1);
    CHECK_FALSE(type.help.empty());
    std::map<std::string, int> flags{{"timestamp", 1}};
    for (const Field& field : type.fields) {
      CAPTURE(field.name);
      CHECK(++flags[kebab_case(field.name)] == 1);
      CHECK_FALSE(field.help.empty());
    }
  }
}

TEST_SUITE_END();
