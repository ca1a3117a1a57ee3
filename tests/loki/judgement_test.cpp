#include "loki/judgement.hpp"

#include <doctest/doctest.h>

#include <vector>

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
      {260, ExitCode::noperm, false},   {299, ExitCode::protocol, false},
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

TEST_CASE("an attempt ends as accepted, refused, not sent or ambiguous") {
  struct Row {
    Reply reply;
    std::size_t entries;
    Ending ending;
    const char* why;
  };
  const std::string partial = "entry for stream '{job=\"x\"}' has timestamp too old";
  const Row rows[]{
      {{.trouble = Trouble::no_connection}, 1, Ending::not_sent, "nothing written"},
      {{.trouble = Trouble::unknown_host}, 1, Ending::not_sent, "nothing written"},
      {{.trouble = Trouble::connect_timed_out}, 1, Ending::not_sent, "nothing written"},
      {{.trouble = Trouble::timed_out}, 1, Ending::not_sent, "a time-out before writing"},
      {{.trouble = Trouble::tls_failed}, 1, Ending::not_sent, "a handshake that fails"},
      {{.trouble = Trouble::connection_lost, .is_sent = true},
       1,
       Ending::ambiguous,
       "part or all written, and closed"},
      {{.trouble = Trouble::timed_out, .is_sent = true}, 1, Ending::ambiguous, "no answer"},
      {{.trouble = Trouble::interrupted, .is_sent = true}, 1, Ending::ambiguous, "a signal"},
      {{.trouble = Trouble::not_http, .is_sent = true},
       1,
       Ending::ambiguous,
       "an answer cut in its first line"},
      {{.status = 204}, 1, Ending::accepted, ""},
      {{.status = 408}, 1, Ending::ambiguous, ""},
      {{.status = 500}, 1, Ending::ambiguous, "Loki may have stored it"},
      {{.status = 503}, 1, Ending::ambiguous, ""},
      {{.status = 504}, 1, Ending::ambiguous, ""},
      {{.at_proxy = true, .status = 503}, 1, Ending::refused, "the tunnel was not opened"},
      {{.status = 425}, 1, Ending::refused, ""},
      {{.status = 429}, 2, Ending::refused, "a rate is checked before anything is stored"},
      {{.status = 429, .body = "Per stream rate limit exceeded (limit: 3MB/sec)"},
       2,
       Ending::ambiguous,
       "the entries before the limit are stored"},
      {{.status = 400, .body = partial}, 1, Ending::refused, "a single entry is stored or not"},
      {{.status = 400, .body = partial}, 2, Ending::ambiguous, "the good one is stored"},
      {{.status = 401}, 2, Ending::refused, ""},
      {{.status = 404}, 2, Ending::refused, ""},
      {{.status = 260}, 2, Ending::refused, ""},
      {{.status = 200, .content_type = "text/html"}, 2, Ending::refused, "a web page"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CAPTURE(row.reply.status);
    CHECK(judge(row.reply, row.entries).ending == row.ending);
  }
}

TEST_CASE("an answer about the place or the tenant is no refusal of the event") {
  struct Row {
    int status;
    std::string type;
    std::string body;
    ExitCode code;
    std::string reason;
  };
  const std::string tenant = "the receiver does not know the tenant; check --org-id";
  const Row rows[]{
      {200, "text/html; charset=utf-8", "<html><title>Sign in</title>", ExitCode::protocol,
       "the answer is a web page; is it the push endpoint? Loki's path is /loki/api/v1/push"},
      {204, "", "\n<!DOCTYPE html>", ExitCode::protocol, "the answer is a web page"},
      {202, "text/plain", "queued", ExitCode::ok, ""},
      {400, "text/plain", "unsupported path requested: \"/loki/api/v1/push\"", ExitCode::protocol,
       "VictoriaLogs' path is /insert/loki/api/v1/push"},
      {400, "text/plain", "cannot parse common params from request: cannot parse accountID",
       ExitCode::noperm, tenant},
      {400, "text/plain", "no org id", ExitCode::noperm, tenant},
      {400, "text/plain", "multiple org IDs present", ExitCode::noperm, tenant},
      {400, "text/plain", "invalid tenant ID: invalid character", ExitCode::noperm, tenant},
      {200, "text/plain", "ingestion blocked for user 'x' until '2030'", ExitCode::noperm,
       "ingestion is blocked; ask whoever runs the receiver"},
      {503, "text/plain", "ingestion blocked for user 'x' until '2030'", ExitCode::noperm,
       "ingestion is blocked; ask whoever runs the receiver"},
      {400, "text/plain", "entry for stream '{job=\"no org id\"}' has timestamp too old",
       ExitCode::data, "the receiver refused the event"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const Judgement judgement =
        judge({.status = row.status, .content_type = row.type, .body = row.body});
    CHECK(judgement.code == row.code);
    CHECK(judgement.message.find(row.reason) != std::string::npos);
    CHECK(judgement.worth_a_retry == false);
  }
  const Judgement streams = judge({.status = 429,
                                   .body = "Maximum active stream limit exceeded, reduce the "
                                           "number of active streams"});
  CHECK(streams.code == ExitCode::tempfail);
  CHECK_FALSE(streams.worth_a_retry);
  CHECK(streams.message.ends_with("the labels make too many streams; use labels with few values"));
}

TEST_CASE("what is not accepted is refused, or is about its tenant, or about the receiver") {
  struct Row {
    std::vector<int> statuses;
    bool is_refused;
    bool is_about_tenant;
  };
  for (const Row& row :
       {Row{{400, 413, 422}, true, false}, Row{{260, 401, 403, 407, 429}, false, true},
        Row{{301, 404, 415, 500, 503}, false, false}}) {
    for (const int status : row.statuses) {
      CAPTURE(status);
      const Judgement judgement = judge({.status = status});
      CHECK(is_refused(judgement.code) == row.is_refused);
      CHECK(judgement.is_about_tenant == row.is_about_tenant);
    }
  }
  CHECK_FALSE(judge({.trouble = Trouble::no_connection}).is_about_tenant);
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
       "what happened; check that the receiver is running"},
      {Trouble::connect_timed_out, ExitCode::tempfail, true,
       "what happened; check the host, or raise --connect-timeout"},
      {Trouble::no_resources, ExitCode::tempfail, true,
       "what happened; this machine has too few resources; try again later"},
      {Trouble::timed_out, ExitCode::tempfail, true,
       "what happened; try again later or raise --timeout"},
      {Trouble::connection_lost, ExitCode::tempfail, true, "what happened; try again later"},
      {Trouble::tls_failed, ExitCode::protocol, false, "what happened"},
      {Trouble::not_http, ExitCode::protocol, false, "what happened; check the port"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    const Judgement judgement = judge({.trouble = row.trouble, .detail = "what happened"});
    CHECK(judgement.code == row.code);
    CHECK(judgement.worth_a_retry == row.worth_a_retry);
    CHECK(judgement.message == row.message);
  }
  CHECK(judge({.trouble = Trouble::connection_lost, .detail = "lost", .is_silent = true}).message ==
        "lost; try again later, or use https:// if the port speaks TLS");
  CHECK(judge({.trouble = Trouble::connection_lost,
               .detail = "lost",
               .is_silent = true,
               .proxy = "http://proxy:3128"})
            .message == "behind the proxy http://proxy:3128, lost; try again later");
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

TEST_CASE("what goes wrong at the proxy is said of the proxy") {
  struct Row {
    int status;
    ExitCode code;
    bool worth_a_retry;
    std::string_view reason;
  };
  constexpr std::string_view credentials =
      "the proxy rejected the credentials; give user:password@ in its URL";
  constexpr Row rows[]{
      {407, ExitCode::noperm, false, credentials},
      {401, ExitCode::noperm, false, credentials},
      {403, ExitCode::noperm, false, "the proxy does not allow connections to the receiver"},
      {500, ExitCode::tempfail, true, "the proxy cannot reach the receiver; try again later"},
      {503, ExitCode::tempfail, true, "the proxy cannot reach the receiver; try again later"},
      {400, ExitCode::protocol, false,
       "is it a proxy? metrics-event check shows where its URL comes from"},
      {404, ExitCode::protocol, false,
       "is it a proxy? metrics-event check shows where its URL comes from"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    const Judgement judgement =
        judge({.proxy = "http://p:1", .at_proxy = true, .status = row.status});
    CHECK(judgement.code == row.code);
    CHECK(judgement.worth_a_retry == row.worth_a_retry);
    CHECK(judgement.message == "HTTP status " + std::to_string(row.status) +
                                   " of the proxy http://p:1; " + std::string{row.reason});
  }
  CHECK(judge({.status = 407}).message.starts_with("HTTP status 407 of the proxy; "));
  CHECK(judge({.proxy = "http://p:1", .status = 503})
            .message.starts_with(
                "HTTP status 503 through the proxy http://p:1; the receiver failed"));
  const auto refused = [](bool at_proxy) {
    return judge({.trouble = Trouble::no_connection,
                  .detail = "x",
                  .proxy = "http://p:1",
                  .at_proxy = at_proxy})
        .message;
  };
  CHECK(refused(true) == "at the proxy, x; check that the proxy is running");
  CHECK(refused(false) == "behind the proxy http://p:1, x; check that the receiver is running");
}

TEST_CASE("the oldest time that a receiver accepts is taken from its words") {
  struct Row {
    std::string body;
    std::optional<std::chrono::sys_seconds> oldest;
  };
  using namespace std::chrono_literals;
  const std::chrono::sys_seconds nine = std::chrono::sys_days{2026y / 11 / 26} + 21h + 47s;
  const std::string behind =
      "entry with timestamp 2026-11-26 19:00:47.5 +0000 UTC ignored, reason: "
      "'entry too far behind, ";
  const std::string end = "',\nuser 'fake', total ignored: 1 out of 1 for stream: {job=\"x\"}";
  const Row rows[]{
      // Loki 2.8, and Loki main.
      {behind + "oldest acceptable timestamp is: 2026-11-26T21:00:47Z" + end, nine},
      {behind +
           "entry timestamp is: 2026-11-26T19:00:47Z, oldest acceptable timestamp is: "
           "2026-11-26T21:00:47Z" +
           end,
       nine},
      {"entry for stream '{job=\"x\"}' has timestamp too old: 2026-11-14T10:32:13Z, oldest "
       "acceptable timestamp is: 2026-11-26T21:00:47Z",
       nine},
      // Loki main groups what it says of several entries.
      {"2 errors like: entry for stream '{job=\"x\"}' has timestamp too old: 2026-11-14T10:32:13Z, "
       "oldest acceptable timestamp is: 2026-11-26T21:00:47Z; 1 errors like: entry for stream",
       nine},
      {"has timestamp too old: 2026-11-14T10:32:13Z, oldest acceptable timestamp is: "
       "2026-11-26T21:00:47Z\n",
       nine},
      {"entry for stream '{job=\"x\"}' has timestamp too new: 2036-11-14T10:32:13Z", std::nullopt},
      {behind + "oldest acceptable timestamp is: some day" + end, std::nullopt},
      {behind + "oldest acceptable timestamp is: ", std::nullopt},
      {"max entry size '262144' bytes exceeded for stream", std::nullopt},
      {"", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    for (const std::size_t entries : {1UL, 2UL}) {
      const Judgement judgement = judge({.status = 400, .body = row.body}, entries);
      CHECK(judgement.oldest_accepted ==
            (row.oldest ? std::optional<Instant>{*row.oldest} : std::nullopt));
      CHECK(judgement.code == ExitCode::data);
    }
  }
}

TEST_CASE("a web server's complaint about TLS is no refusal of the event") {
  struct Row {
    const char* content_type;
    const char* body;
    ExitCode code;
    const char* message;
  };
  constexpr Row rows[]{
      {"text/html", "<html><title>400 No required SSL certificate was sent</title></html>",
       ExitCode::protocol,
       "HTTP status 400, \"400 No required SSL certificate was sent\"; the receiver rejected the "
       "client certificate; check --cert and --key"},
      {"text/html", "<title>400 The plain HTTP request was sent to HTTPS port</title>",
       ExitCode::protocol,
       "HTTP status 400, \"400 The plain HTTP request was sent to HTTPS port\"; the port speaks "
       "TLS; use an https URL"},
      {"", "Client sent an HTTP request to an HTTPS server.\n", ExitCode::protocol,
       "HTTP status 400, \"Client sent an HTTP request to an HTTPS server.\"; the port speaks TLS; "
       "use an https URL"},
      // What a receiver quotes from the event stays its refusal.
      {"text/plain; charset=utf-8", "bad label \"SSL certificate\"", ExitCode::data,
       "HTTP status 400, \"bad label \"SSL certificate\"\"; the receiver refused the event"},
      {"text/html", "<title>400 Bad Request</title><p>x", ExitCode::data,
       "HTTP status 400, \"400 Bad Request\"; the receiver refused the event"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const Judgement judgement =
        judge({.status = 400, .content_type = row.content_type, .body = row.body});
    CHECK(judgement.code == row.code);
    CHECK(judgement.message == row.message);
  }
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
