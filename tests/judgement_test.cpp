#include "judgement.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

TEST_SUITE_BEGIN("judgement");

TEST_CASE("every status has its exit status, and only passing trouble is worth a retry") {
  struct Row {
    int status;
    ExitCode code;
    bool worth_a_retry;
  };
  constexpr Row rows[]{
      {200, ExitCode::ok, false},       {202, ExitCode::ok, false},
      {204, ExitCode::ok, false},       {201, ExitCode::protocol, false},
      {203, ExitCode::protocol, false}, {206, ExitCode::protocol, false},
      {260, ExitCode::data, false},     {299, ExitCode::protocol, false},
      {301, ExitCode::protocol, false}, {302, ExitCode::protocol, false},
      {304, ExitCode::protocol, false}, {307, ExitCode::protocol, false},
      {400, ExitCode::data, false},     {401, ExitCode::noperm, false},
      {402, ExitCode::protocol, false}, {403, ExitCode::noperm, false},
      {404, ExitCode::protocol, false}, {405, ExitCode::protocol, false},
      {407, ExitCode::noperm, false},   {408, ExitCode::tempfail, true},
      {410, ExitCode::protocol, false}, {413, ExitCode::data, false},
      {415, ExitCode::protocol, false}, {418, ExitCode::protocol, false},
      {422, ExitCode::data, false},     {425, ExitCode::tempfail, true},
      {429, ExitCode::tempfail, true},  {500, ExitCode::tempfail, true},
      {502, ExitCode::tempfail, true},  {503, ExitCode::tempfail, true},
      {504, ExitCode::tempfail, true},  {599, ExitCode::tempfail, true},
      {600, ExitCode::protocol, false}, {999, ExitCode::protocol, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    const Judgement judgement = judge({.status = row.status});
    CHECK(judgement.code == row.code);
    CHECK(judgement.worth_a_retry == row.worth_a_retry);
    CHECK(judgement.message.empty() == (row.code == ExitCode::ok));
  }
}

TEST_CASE("every trouble has its exit status, its detail and a remedy") {
  struct Row {
    Trouble trouble;
    ExitCode code;
    bool worth_a_retry;
    std::string_view message;
  };
  constexpr Row rows[]{
      {Trouble::unknown_host, ExitCode::nohost, false, "what happened; check the host name"},
      {Trouble::lookup_failed, ExitCode::nohost, true,
       "what happened; check the host name and the name server"},
      {Trouble::no_connection, ExitCode::unavailable, true,
       "what happened; is the receiver running?"},
      {Trouble::connect_timed_out, ExitCode::tempfail, true,
       "what happened; is the host reachable? --connect-timeout gives it longer"},
      {Trouble::no_resources, ExitCode::tempfail, true,
       "what happened; this machine has too few, try again later"},
      {Trouble::timed_out, ExitCode::tempfail, true,
       "what happened; try again later or raise --timeout"},
      {Trouble::connection_lost, ExitCode::tempfail, true, "what happened; try again later"},
      {Trouble::not_http, ExitCode::protocol, false, "what happened; check the port"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    const Judgement judgement = judge({.trouble = row.trouble, .detail = "what happened"});
    CHECK(judgement.code == row.code);
    CHECK(judgement.worth_a_retry == row.worth_a_retry);
    CHECK(judgement.message == row.message);
  }
}

TEST_CASE("the receiver's own words are shown, cleaned and bounded") {
  const Judgement judgement =
      judge({.status = 400,
             .body = "entry for stream '{job=\"metrics\"}'\x1b[2J has timestamp too old\n"});
  CHECK(judgement.response == "entry for stream '{job=\"metrics\"}'[2J has timestamp too old");
  CHECK(judgement.message ==
        "HTTP status 400, \"entry for stream '{job=\"metrics\"}'[2J has timestamp "
        "too old\"; the receiver refused the event");
  CHECK(judge({.status = 400, .body = std::string(200000, 'x')}).response.size() == 1024);
}

TEST_CASE("a redirect is named, not followed") {
  CHECK(
      judge({.status = 301, .location = "https://example.com/\x1b[2J"}).message ==
      "HTTP status 301, a redirect to \"https://example.com/[2J\" is not followed; is it the push "
      "endpoint? Loki's path is /loki/api/v1/push");
  CHECK(judge({.status = 302}).message ==
        "HTTP status 302; is it the push endpoint? Loki's path is /loki/api/v1/push");
}

TEST_SUITE_END();
