#include "commands/flush_report.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono_literals;
using Task = FlushOptions::Task;

namespace {

const Instant present{1'700'000'000s};

ListedEntry entry(std::chrono::seconds age) {
  return {.file = "x.json",
          .attempts = 3,
          .destination = Destination{"http://loki.example.com/loki/api/v1/push?key=", "team-a"},
          .entry = {.labels = {{"job", "metrics"}},
                    .time = present - age,
                    .line = R"({"event":"runner_start"})"}};
}

std::string age_of(std::chrono::seconds age) {
  const std::string line = to_text(entry(age), present);
  return line.substr(0, line.find(' '));
}

} // namespace

TEST_SUITE_BEGIN("flush_report");

TEST_CASE("a flush says what was delivered, refused and is left") {
  FlushReport report{
      .task = Task::send, .counts = {.delivered = 12, .refused = 1, .repeated = 4}, .left = 3};
  CHECK(to_text(report) == "delivered 12, refused 1, left 3\n");
  report.set_aside = 2;
  CHECK(to_text(report) == "delivered 12, refused 1, left 3, set aside 2\n");
  report.elapsed = std::chrono::milliseconds{9720};
  report.tells_time = true;
  CHECK(to_text(report) == "delivered 12, refused 1, left 3, set aside 2 in 9.7 s\n");
  CHECK(to_text(FlushReport{.task = Task::drop, .left = 1, .dropped = 5}) == "dropped 5, left 1\n");
  CHECK(to_text(FlushReport{}).empty());
}

TEST_CASE("the result object has the same, and the failure") {
  FlushReport report{.task = Task::send,
                     .spool = "/s",
                     .counts = {.delivered = 2, .repeated = 1},
                     .left = 3,
                     .elapsed = 7ms};
  RunOutcome outcome{.output = Output::json};
  CHECK(to_result(report, outcome) ==
        R"({"exit_code":0,"spool":"/s","delivered":2,"spooled":0,"refused":0,"invalid":0,)"
        R"("repeated":1,"confirmed":null,"left":3,"set_aside":0,"dropped":0,"elapsed_ms":7,)"
        R"("error":null})"
        "\n");
  report.counts.confirmed = 0;
  CHECK(to_result(report, outcome).find(R"("confirmed":0,)") != std::string::npos);
  outcome.failure = Failure{ExitCode::unavailable, "nobody there"};
  CHECK(to_result(report, outcome)
            .ends_with(R"("error":{"kind":"unavailable","message":"nobody there","response":null}})"
                       "\n"));
  CHECK(to_result(report, {}) == to_text(report));
}

TEST_CASE("a list ends with its totals, those of each destination if there are several") {
  FlushReport report{.task = Task::list};
  CHECK(to_text(report).empty());
  const Destination a{"http://a.example.com/?key=", ""};
  const Destination b{"http://b.example.com/", "team-b"};
  report.list = {.bytes = 5'300'000, .max_bytes = 16UL << 20U};
  report.list.add(a);
  CHECK(to_text(report) == "\n1 entry, 5.1 of 16 MiB\n");
  report.list.add(b);
  report.list.add(std::nullopt); // a file that is not an entry
  CHECK(to_text(report) == "\n1 for http://a.example.com/?key=…\n"
                           "1 for http://b.example.com/ (team-b)\n"
                           "3 entries, 5.1 of 16 MiB\n");
  report.list.max_bytes.reset(); // as of refused ones
  CHECK(to_text(report).ends_with("\n3 entries\n"));
}

TEST_CASE("an entry is listed with age, attempts, event, destination and tenant") {
  CHECK(list_head() == "AGE   ATTEMPTS  EVENT               DESTINATION\n");
  CHECK(to_text(entry(5min), present) ==
        "5m    3         runner_start        "
        "http://loki.example.com/loki/api/v1/push?key=… (team-a)\n");
  CHECK(to_text(ListedEntry{.file = "x", .reason = "it is empty"}, present) ==
        "-     -         -                   \"x\" is not an entry: it is empty\n");
  ListedEntry refused = entry(1s);
  refused.reason = "HTTP status 400\x1b[2J";
  CHECK(to_text(refused, present).ends_with(" (team-a): HTTP status 400[2J\n"));
}

TEST_CASE("an entry whose sender is still trying is listed as such") {
  ListedEntry tried = entry(5min);
  tried.is_being_tried = true;
  CHECK(to_text(tried, present).starts_with("5m    trying    runner_start        http://"));
  CHECK(to_json(tried, present).starts_with(R"({"file":"x.json","attempts":3,"trying":true,)"));
}

TEST_CASE("ages are in the largest unit that says something") {
  CHECK(age_of(0s) == "0s");
  CHECK(age_of(99s) == "99s");
  CHECK(age_of(100s) == "1m");
  CHECK(age_of(99min) == "99m");
  CHECK(age_of(100min) == "1h");
  CHECK(age_of(47h) == "47h");
  CHECK(age_of(48h) == "2d");
  CHECK(age_of(-5s) == "ahead");
}

TEST_CASE("the list is one object as well, with its totals and the failure") {
  FlushReport report{.task = Task::list};
  report.list = {.bytes = 312, .max_bytes = 16UL << 20U};
  report.list.add(entry(5min).destination);
  RunOutcome outcome{.output = Output::json};
  CHECK(
      list_begin("/s") + to_json(entry(5min), present) + to_result(report, outcome) ==
      R"({"spool":"/s","entries":[{"file":"x.json","attempts":3,"trying":false,"event":"runner_start",)"
      R"("entry_time_ns":"1699999700000000000","age_s":300,)"
      R"("url":"http://loki.example.com/loki/api/v1/push?key=…","org_id":"team-a",)"
      R"("labels":{"job":"metrics"},"line":"{\"event\":\"runner_start\"}","reason":null}],)"
      R"("exit_code":0,"count":1,"bytes":312,"max_bytes":16777216,)"
      R"("destinations":[{"url":"http://loki.example.com/loki/api/v1/push?key=…",)"
      R"("org_id":"team-a","entries":1}],"error":null})"
      "\n");
  outcome.failure = Failure{ExitCode::cantcreat, "unreadable"};
  CHECK(to_result(report, outcome)
            .ends_with(R"("error":{"kind":"cantcreat","message":"unreadable","response":null}})"
                       "\n"));
  CHECK(to_json(ListedEntry{.file = "x", .reason = "it is empty"}, present) ==
        R"({"file":"x","attempts":0,"trying":false,"reason":"it is empty"})");
}

TEST_SUITE_END();
