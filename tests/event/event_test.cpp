#include "event/event.hpp"

#include "base/exit_code.hpp"
#include "event/catalogue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

constexpr Instant present{1700000000123ms};

const EventType& type_named(std::string_view name) {
  return *std::ranges::find(built_in_events(), name, &EventType::name);
}

using Values = std::vector<std::pair<std::string_view, std::string_view>>;

std::vector<GivenField> given(const EventType& type, const Values& values) {
  std::vector<GivenField> fields;
  for (const auto& [name, text] : values) {
    const auto found = std::ranges::find(type.fields, name, &Field::name);
    fields.push_back({found == type.fields.end() ? &timestamp_field : &*found, text});
  }
  return fields;
}

Event make_event(const EventType& type, const GivenEvent& given, Instant time) {
  auto event = build_event(type, given, time);
  if (!event) {
    throw Failure{event.error().code, event.error().text};
  }
  return *std::move(event);
}

Event make(std::string_view name, const Values& values) {
  const EventType& type = type_named(name);
  return make_event(type, {.fields = given(type, values)}, present);
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
  CHECK(event.timestamp == present);
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
        Trouble{ExitCode::usage, "--flavor is given twice; give it once"});
  CHECK(failure("runner_installed",
                {{"flavor", "a"}, {"duration", "1"}, {"timestamp", "1"}, {"timestamp", "2"}}) ==
        Trouble{ExitCode::usage, "--timestamp is given twice; give it once"});
}

TEST_CASE("neighbouring nested fields share one object") {
  constexpr std::array<Field, 4> fields{
      Field{.name = "a.x", .parent = "a", .type = FieldType::integer},
      Field{.name = "a.y", .parent = "a", .type = FieldType::integer},
      Field{.name = "b.z", .parent = "b", .type = FieldType::string},
      Field{.name = "c", .type = FieldType::integer}};
  const EventType type{"nested", "", fields};
  const Event event = make_event(
      type,
      {.fields =
           given(type, {{"a.x", "1"}, {"a.y", "2"}, {"b.z", "3"}, {"c", "4"}, {"timestamp", "9"}})},
      present);
  CHECK(event.line == R"({"timestamp":9,"event":"nested","a":{"x":1,"y":2},"b":{"z":"3"},"c":4})");
}

TEST_CASE("extras follow the fields as given, and the model knows them") {
  const EventType& type = type_named("runner_installed");
  const Event event = make_event(
      type, {.fields = given(type, installed), .extras = {{"b", "1.10"}, {"a", "{}"}}}, present);
  CHECK(
      event.line ==
      R"({"timestamp":1700000000.123,"event":"runner_installed","flavor":"small","duration":12.5,"b":1.10,"a":{}})");
  CHECK(event.fields_set == std::vector<std::string>{"flavor", "duration", "b", "a"});
  CHECK(event.extra == R"({"b":1.10,"a":{}})");
  const EventType closed{.name = "closed", .takes_extras = false};
  CHECK(make_event(closed, {}, present).extra == std::nullopt);
  const auto mistake = build_event(closed, {.extras = {{"a", "1"}}}, present);
  REQUIRE(mistake.has_error());
  CHECK(mistake.error().code == ExitCode::usage);
  CHECK(mistake.error().text == R"(closed takes no extra fields: "a")");
}

TEST_CASE("a measurement fills what is declared as measured, unless that is given") {
  const EventType& type = type_named("runner_stop");
  const Values texts{{"flavor", "s"}, {"workflow", "w"}, {"repo", "r"}, {"github_event", "g"}};
  GivenEvent measured{.fields = given(type, texts), .measurement = Measurement{1'500'000'999ns, 3}};
  const Event event = make_event(type, measured, present);
  CHECK(
      event.line.ends_with(R"("status":"abnormal","status_info":{"code":3},"job_duration":1.5})"));
  CHECK(event.computed_fields ==
        std::vector<std::string>{"event", "status", "status_info.code", "job_duration"});
  CHECK(event.fields_set == std::vector<std::string>{"flavor", "workflow", "repo", "github_event"});
  measured.measurement = Measurement{2s, 0};
  CHECK(make_event(type, measured, present)
            .line.ends_with(R"("status":"normal","status_info":{"code":0},"job_duration":2})"));
  measured.fields.push_back(given(type, {{"status", "mine"}}).front());
  measured.fields.push_back(given(type, {{"job_duration", "7"}}).front());
  const Event mixed = make_event(type, measured, present);
  CHECK(mixed.line.ends_with(R"("status":"mine","status_info":{"code":0},"job_duration":7})"));
  CHECK(mixed.computed_fields == std::vector<std::string>{"event", "status_info.code"});
  CHECK_FALSE(check_names(type, {.fields = given(type, texts)}, true));
  CHECK(check_names(type, {.fields = given(type, texts)}, false)->text ==
        "runner-stop needs --status TEXT and --job-duration SECONDS");
}

TEST_CASE("what is measured makes an optional object present, with what is beside it there") {
  constexpr std::array<Field, 3> fields{
      Field{.name = "end.reason", .parent = "end", .in_optional_object = true},
      Field{.name = "end.code",
            .parent = "end",
            .type = FieldType::integer,
            .in_optional_object = true,
            .measured = Measured::exit_code},
      Field{.name = "end.kind",
            .parent = "end",
            .required = false,
            .in_optional_object = true,
            .default_value = R"("usual")"}};
  const EventType type{.name = "job", .fields = fields};
  CHECK(make_event(type, {}, present).line == R"({"timestamp":1700000000.123,"event":"job"})");
  CHECK_FALSE(check_names(type, {}, false));
  const auto missing = check_names(type, {}, true);
  REQUIRE(missing);
  CHECK(missing->text == "job needs --end-reason TEXT");
  const GivenEvent measured{.fields = given(type, {{"end.reason", "asked"}}),
                            .measurement = Measurement{1s, 3}};
  CHECK_FALSE(check_names(type, measured, true));
  CHECK(make_event(type, measured, present)
            .line.ends_with(R"("end":{"reason":"asked","code":3,"kind":"usual"}})"));

  const EventType unreasoned{.name = "job", .fields = std::span{fields}.subspan(1)};
  CHECK(make_event(unreasoned, {.measurement = Measurement{1s, 3}}, present)
            .line.ends_with(R"("end":{"code":3,"kind":"usual"}})"));
}

TEST_CASE("a field in seconds is the time from another one to that of the event, never negative") {
  const EventType& type = type_named("runner_installed");
  const auto since = [&type](const std::string& time, const std::string& timestamp) {
    GivenEvent given_event{.fields = given(type, {{"flavor", "s"}})};
    given_event.fields.push_back({&type.fields[1], time, GivenField::Form::since});
    if (!timestamp.empty()) {
      given_event.fields.push_back({&timestamp_field, timestamp});
    }
    return make_event(type, given_event, present);
  };
  CHECK(since("1700000000", "").line.ends_with(R"("duration":0.123})"));
  CHECK(since("2023-11-14T23:13:10+01:00", "1700000000").line.ends_with(R"("duration":10})"));
  CHECK(since("now", "").line.ends_with(R"("duration":0})"));
  CHECK(since("1700000000", "").warnings.empty());
  const Event clamped = since("1700000005", "1700000000");
  CHECK(clamped.line.ends_with(R"("duration":0})"));
  CHECK(
      clamped.warnings ==
      std::vector<std::string>{
          "--duration-since: 1700000005 is after the event's time, 1700000000, so the value is 0"});
  CHECK_THROWS_WITH(since("yesterday", ""),
                    "--duration-since: expected UNIX seconds with at most nine decimals, or a time "
                    "such as 2023-11-14T22:13:20Z, got \"yesterday\"");
  constexpr std::array<Field, 1> whole{
      Field{.name = "age", .type = FieldType::integer, .unit = Unit::seconds}};
  const EventType aged{.name = "aged", .fields = whole};
  const Event event = make_event(
      aged, {.fields = {{whole.data(), "1699999990.5", GivenField::Form::since}}}, present);
  CHECK(event.line.ends_with(R"("age":9})"));
}

TEST_CASE("a default stands for what is not given, and is not among what is") {
  constexpr std::array<Field, 4> fields{
      Field{.name = "level", .required = false, .default_value = R"("low")"},
      Field{.name = "n", .type = FieldType::integer, .required = false, .default_value = "5"},
      Field{.name = "o.x", .parent = "o", .type = FieldType::integer, .in_optional_object = true},
      Field{.name = "o.y",
            .parent = "o",
            .required = false,
            .in_optional_object = true,
            .default_value = R"("why")"}};
  const EventType type{.name = "e", .fields = fields};
  const Event event = make_event(type, {.fields = given(type, {{"n", "6"}})}, present);
  CHECK(event.line == R"({"timestamp":1700000000.123,"event":"e","level":"low","n":6})");
  CHECK(event.fields_set == std::vector<std::string>{"n"});
  CHECK(make_event(type, {.fields = given(type, {{"o.x", "1"}})}, present)
            .line.ends_with(R"("n":5,"o":{"x":1,"y":"why"}})"));
  CHECK_THROWS_WITH(make_event(type, {.fields = given(type, {{"o.y", "z"}})}, present),
                    "e needs --o-x INTEGER");
}

TEST_CASE("the members of an object are sorted into fields, nested ones too, and extras") {
  const EventType& type = type_named("runner_stop");
  JsonReader object;
  REQUIRE(object.read_object(
      R"({"status_info":{"code":1},"job_conclusion":null,"timestamp":5,"more":null})"));
  const auto sorted = sort_members(EventShape{type}, object.members());
  REQUIRE(sorted.has_value());
  CHECK(sorted->is_json);
  REQUIRE(sorted->fields.size() == 2);
  CHECK(sorted->fields[0].field->name == "status_info.code");
  CHECK(sorted->fields[0].text == "1");
  CHECK(sorted->fields[1].field == &timestamp_field);
  REQUIRE(sorted->extras.size() == 1);
  CHECK(sorted->extras[0].name == "more");
}

TEST_CASE("every bad value of an event is reported, each once") {
  const EventType type = type_named("reconciliation");
  const auto field = [&type](std::string_view name) {
    return &*std::ranges::find(type.fields, name, &Field::name);
  };
  const auto event = build_event(type,
                                 {.fields = {{&timestamp_field, "yesterday"},
                                             {field("flavor"), "s"},
                                             {field("crashed_runners"), "x"},
                                             {field("idle_runners"), "-1"},
                                             {field("duration"), "2"}}},
                                 present);
  REQUIRE(event.has_error());
  const Failure failure = failure_of(event.error());
  REQUIRE(failure.lines().size() == 3);
  CHECK(failure.code() == ExitCode::data);
  CHECK(failure.lines()[0].starts_with("--timestamp: expected UNIX seconds"));
  CHECK(failure.lines()[1] == R"(--crashed-runners: expected a plain whole number, 0 or more, )"
                              R"(got "x")");
  CHECK(failure.lines()[2] == R"(--idle-runners: expected a plain whole number, 0 or more, )"
                              R"(got "-1")");
  CHECK(failure.text() ==
        failure.lines()[0] + "; " + failure.lines()[1] + "; " + failure.lines()[2]);
}

TEST_CASE("a member that is mixed up with a field is a mistake") {
  const auto mistake = [](std::string_view text) {
    JsonReader object;
    REQUIRE(object.read_object(text));
    return sort_members(EventShape{type_named("runner_stop")}, object.members()).error().text;
  };
  CHECK(mistake(R"({"status_info":5})") ==
        R"("status_info" is not as declared, expected "status_info.code")");
  CHECK(mistake(R"({"status_info":{"cod":1}})") ==
        R"("status_info.cod" is not as declared, expected "status_info.code")");
  CHECK(mistake(R"({"status_info.code":1})") ==
        R"("status_info.code" is not as declared, expected "status_info.code")");
}

TEST_CASE("what is nested lives as long as the text, whatever is escaped in it") {
  constexpr std::array<Field, 1> fields{Field{.name = "a.x", .parent = "a"}};
  const EventType type{.name = "e", .fields = fields};
  JsonReader object;
  REQUIRE(object.read_object(R"({"a":{"\u0078":"\u001b\/"}})"));
  const auto sorted = sort_members(EventShape{type}, object.members());
  REQUIRE(sorted.has_value());
  CHECK(sorted->fields.at(0).text == R"("\u001b/")");
}

TEST_CASE("a name is the same in each of its spellings, by the rule of the operator's classes") {
  CHECK(event_name("RunnerInstalled") == "runner_installed");
  CHECK(event_name("HTTPError") == "h_t_t_p_error");
  CHECK(event_name("runner-installed") == "runner_installed");
  CHECK(event_name("a1_b") == "a1_b");
  CHECK(event_name("X") == "x");
  for (const char* bad :
       {"", "1a", "_a", "-a", "runnerInstalled", "Runner-Installed", "a b", "a.b", "é"}) {
    CAPTURE(bad);
    CHECK(event_name(bad) == std::nullopt);
  }
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
