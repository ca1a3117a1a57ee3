#include "commands/send_report.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

const RunOutcome json{.output = Output::json};

SendReport delivered() {
  return {.status = SendReport::Status::delivered,
          .event = Event{.name = "test",
                         .timestamp = {},
                         .line = R"({"x":1})",
                         .fields_set = {"x"},
                         .computed_fields = {"event"},
                         .extra = "{}"},
          .entry = Entry{{{"job", "metrics"}}, Instant{7ns}, R"({"x":1})", {}},
          .url = "http://example.com/",
          .counts = {.delivered = 1, .repeated = 1, .confirmed = 1},
          .attempts = 2,
          .http_status = 204,
          .elapsed = 3ms};
}

} // namespace

TEST_SUITE_BEGIN("report");

TEST_CASE("the result object holds all that is known") {
  CHECK(to_result(delivered(), json) ==
        R"({"status":"delivered","exit_code":0,"event":{"x":1},"labels":{"job":"metrics"},)"
        R"("entry_time_ns":"7","url":"http://example.com/","delivered":1,"spooled":0,"refused":0,)"
        R"("invalid":0,"repeated":1,"confirmed":1,"attempts":2,"http_status":204,)"
        R"("elapsed_ms":3,"error":null,"fields_set":["x"],"computed_fields":["event"],"extra":{}})"
        "\n");
}

TEST_CASE("what is not known is null, and so is what a type forbids") {
  RunOutcome failed = json;
  failed.failure = Failure{ExitCode::usage, "bad \"thing\""};
  CHECK(to_result(SendReport{}, failed) ==
        R"({"status":"failed","exit_code":64,"event":null,"labels":null,"entry_time_ns":null,)"
        R"("url":null,"delivered":0,"spooled":0,"refused":0,"invalid":0,"repeated":0,)"
        R"("confirmed":null,"attempts":0,"http_status":null,"elapsed_ms":0,)"
        R"("error":{"kind":"usage","message":"bad \"thing\"","response":null},)"
        R"("fields_set":null,"computed_fields":null,"extra":null})"
        "\n");
  SendReport strict = delivered();
  strict.event->extra = std::nullopt;
  CHECK(to_result(strict, json).find(R"("extra":null})") != std::string::npos);
}

TEST_CASE("a failure changes the status of what is not safe, and best effort the exit code") {
  RunOutcome failed = json;
  failed.excusable = run_time_failures;
  failed.failure = Failure{ExitCode::tempfail, "late"};
  CHECK(to_result(delivered(), failed).starts_with(R"({"status":"delivered","exit_code":75,)"));
  failed.is_best_effort = true;
  CHECK(to_result(SendReport{.status = SendReport::Status::dry_run}, failed)
            .starts_with(R"({"status":"failed","exit_code":0,)"));
  failed.failure = Failure{ExitCode::usage, "bad"};
  CHECK(to_result(SendReport{}, failed).starts_with(R"({"status":"failed","exit_code":64,)"));
  failed.command_status = ExitCode{3};
  CHECK(to_result(SendReport{}, failed).starts_with(R"({"status":"failed","exit_code":3,)"));
  CHECK(to_result(delivered(), RunOutcome{}).empty());
}

TEST_CASE("a delivery is described with what, where, the status and the time") {
  CHECK(describe_delivery(delivered()) ==
        "delivered test to http://example.com/: HTTP status 204 in 3 ms");
}

TEST_SUITE_END();
