#include "commands/send_report.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

SendReport delivered() {
  return {.status = SendReport::Status::delivered,
          .exit_code = ExitCode::ok,
          .event = Event{.name = "test",
                         .timestamp = {},
                         .line = R"({"x":1})",
                         .fields_set = {"x"},
                         .computed_fields = {"event"},
                         .extra = "{}"},
          .entry = Entry{{{"job", "metrics"}}, Instant{7ns}, R"({"x":1})", {}},
          .url = "http://example.com/",
          .attempts = 2,
          .http_status = 204,
          .elapsed = 3ms};
}

} // namespace

TEST_SUITE_BEGIN("report");

TEST_CASE("the result object holds all that is known") {
  CHECK(to_json(delivered()) ==
        R"({"status":"delivered","exit_code":0,"event":{"x":1},"labels":{"job":"metrics"},)"
        R"("entry_time_ns":"7","url":"http://example.com/","attempts":2,"http_status":204,)"
        R"("elapsed_ms":3,"error":null,"fields_set":["x"],"computed_fields":["event"],"extra":{}})"
        "\n");
}

TEST_CASE("what is not known is null, and so is what a type forbids") {
  SendReport report{.status = SendReport::Status::failed, .exit_code = ExitCode::usage};
  report.failure = Failure{ExitCode::usage, "bad \"thing\""};
  CHECK(to_json(report) ==
        R"({"status":"failed","exit_code":64,"event":null,"labels":null,"entry_time_ns":null,)"
        R"("url":null,"attempts":0,"http_status":null,"elapsed_ms":0,)"
        R"("error":{"kind":"usage","message":"bad \"thing\"","response":null},)"
        R"("fields_set":null,"computed_fields":null,"extra":null})"
        "\n");
  SendReport strict = delivered();
  strict.event->extra = std::nullopt;
  CHECK(to_json(strict).find(R"("extra":null})") != std::string::npos);
}

TEST_CASE("a delivery is described with what, where, the status and the time") {
  CHECK(describe_delivery(delivered()) ==
        "delivered test to http://example.com/: HTTP status 204 in 3 ms");
}

TEST_SUITE_END();
