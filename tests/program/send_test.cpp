// The whole command line as a table: arguments, environment and what the receiver does, against
// exit status, stdout, stderr and the requests that were sent, all compared whole.
#include "base/time.hpp"
#include "base/version.hpp"
#include "support/in_process.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <regex>
#include <sstream>

using namespace metrics_event;
using namespace metrics_event::testing;
using Words = std::vector<std::string>;

namespace {

const Behaviour accept{.reply = http_reply(204, "No Content")};

// One run. In every text, {port} is the receiver's, {closed} a port without one, {now} the time.
struct Row {
  const char* what;
  Words arguments;
  std::map<std::string, std::string> environment{};
  Behaviour receiver = accept;
  int status = 0;
  std::string out{};
  std::string err{};
  std::vector<std::string> bodies{}; // of the requests that were sent
  std::string target = "/loki/api/v1/push";
  std::string more_headers{};
};

std::string replace_all(std::string text, const std::map<std::string, std::string>& replacements) {
  for (const auto& [from, to] : replacements) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

void check(const Row& row) {
  CAPTURE(row.what);
  const RawServer server{{row.receiver}};
  const ClosedPort closed;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::map<std::string, std::string> replacements{
      {"{port}", std::to_string(server.port())},
      {"{closed}", std::to_string(closed.port())},
      {"{now}", std::to_string(now.time_since_epoch().count())}};
  const auto filled = [&](const std::string& text) { return replace_all(text, replacements); };

  Invocation invocation;
  for (const std::string& word : row.arguments) {
    invocation.arguments.push_back(filled(word));
  }
  for (const auto& [name, value] : row.environment) {
    invocation.environment[name] = filled(value);
  }
  invocation.environment.insert(one_attempt);
  invocation.limit = std::chrono::seconds{4}; // below the default timeout: no row waits for that
  Outcome outcome = run(program, invocation);
  // The one thing that no two runs share.
  outcome.out =
      std::regex_replace(outcome.out, std::regex{R"("elapsed_ms":\d+)"}, "\"elapsed_ms\":0");
  outcome.err = std::regex_replace(outcome.err, std::regex{R"(in \d+ ms)"}, "in 0 ms");

  CHECK(outcome.status == row.status);
  CHECK(outcome.out == filled(row.out));
  CHECK(outcome.err == filled(row.err));
  std::vector<std::string> requests;
  for (const std::string& body : row.bodies) {
    const std::string sent = filled(body);
    requests.push_back(
        "POST " + row.target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
        "\r\nContent-Type: application/json\r\nUser-Agent: metrics-event/" + std::string{version} +
        "\r\n" + row.more_headers +
        "Connection: close\r\nContent-Length: " + std::to_string(sent.size()) + "\r\n\r\n" + sent);
  }
  CHECK(server.requests() == requests);
}

// A good event with a time that the rows know, sent to the receiver of the row.
Words event(const Words& more = {}) {
  Words words{"runner-installed",
              "--flavor",
              "small",
              "--duration",
              "12.5",
              "--timestamp",
              "{now}",
              "--entry-time",
              "event",
              "--url",
              "http://127.0.0.1:{port}"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The same without a duration or a flavor, which a row gives itself.
Words event_of(const std::string& flavor, const std::string& duration) {
  return {"runner-installed",       "--flavor", flavor, "--duration", duration, "--url",
          "http://127.0.0.1:{port}"};
}

const std::string line =
    R"({"timestamp":{now},"event":"runner_installed","flavor":"small","duration":12.5})";
const std::string body =
    R"({"streams":[{"stream":{"job":"metrics"},"values":[["{now}000000000",)"
    R"("{\"timestamp\":{now},\"event\":\"runner_installed\",\"flavor\":\"small\",\"duration\":12.5}"]]}]})";
const std::string url = "http://127.0.0.1:{port}/loki/api/v1/push";

std::string error(const std::string& text) {
  return "metrics-event: error: " + text + '\n';
}

std::string undelivered(const std::string& reason) {
  return "cannot deliver runner_installed to " + url + ": " + reason;
}

// The result object of an event that got as far as its receiver, or not.
std::string result(const std::string& status, int exit_code, int attempts,
                   const std::string& http_status, const std::string& error_object) {
  const auto count = [](const char* name, bool is_one) {
    return '"' + std::string{name} + "\":" + (is_one ? "1," : "0,");
  };
  const std::string counts =
      count("delivered", status == "delivered") + count("spooled", status == "spooled") +
      count("refused", exit_code == 65) + R"("invalid":0,"repeated":0,"confirmed":null,)";
  return R"({"status":")" + status + R"(","exit_code":)" + std::to_string(exit_code) +
         R"(,"event":)" + line +
         R"(,"labels":{"job":"metrics"},"entry_time_ns":"{now}000000000","url":")" + url + R"(",)" +
         counts + R"("attempts":)" + std::to_string(attempts) + R"(,"http_status":)" + http_status +
         R"(,"elapsed_ms":0,"error":)" + error_object +
         R"(,"fields_set":["timestamp","flavor","duration"],"computed_fields":["event"],"extra":{}})"
         "\n";
}

// The result object of a command line that got nowhere.
std::string result_without_event(int exit_code, const std::string& error_object) {
  return R"({"status":"failed","exit_code":)" + std::to_string(exit_code) +
         R"(,"event":null,"labels":null,"entry_time_ns":null,"url":null,)"
         R"("delivered":0,"spooled":0,"refused":0,"invalid":0,"repeated":0,"confirmed":null,)"
         R"("attempts":0,)"
         R"("http_status":null,"elapsed_ms":0,"error":)" +
         error_object + R"(,"fields_set":null,"computed_fields":null,"extra":null})" + "\n";
}

} // namespace

TEST_SUITE_BEGIN("command_line");

TEST_CASE("an event is sent, and success is silent") {
  check({.what = "by flags", .arguments = event(), .bodies = {body}});
  check({.what = "options before the event",
         .arguments = {"--url", "http://127.0.0.1:{port}", "--entry-time=event", "runner-installed",
                       "--flavor=small", "--duration=12.5", "--timestamp={now}"},
         .bodies = {body}});
  check({.what = "a full URL with a query",
         .arguments = event({"--url", "http://127.0.0.1:{port}/other/push?x=y&z"}),
         .bodies = {body},
         .target = "/other/push?x=y&z"});
  check({.what = "a tenant",
         .arguments = event({"--org-id", "team-a"}),
         .bodies = {body},
         .more_headers = "X-Scope-OrgID: team-a\r\n"});
  check({.what = "metadata and headers",
         .arguments = event({"--metadata", "trace=a\"b", "--header", "VL-Msg-Field: event"}),
         .bodies = {replace_all(body, {{"}\"]]}]}", "}\",{\"trace\":\"a\\\"b\"}]]}]}"}})},
         .more_headers = "VL-Msg-Field: event\r\n"});
  const std::string with_trace = replace_all(body, {{"}\"]]}]}", "}\",{\"trace\":\"x\"}]]}]}"}});
  for (const std::string words : // of Loki 2.8, and of later ones that have it switched off
       {"loghttp.LogProtoStream: unmarshalerDecoder: Value is string",
        "stream '{job=`x`}' includes structured metadata, but this feature is disallowed"}) {
    check({.what = "a refusal that metadata explains",
           .arguments = event({"--metadata", "trace=x"}),
           .receiver = {.reply = http_reply(400, "Bad Request", words)},
           .status = 65,
           .err = "metrics-event: error: cannot deliver runner_installed to " + url +
                  ": HTTP status 400, \"" + words +
                  "\"; the receiver refused the event; structured metadata needs Loki 3; try "
                  "without --metadata\n",
           .bodies = {with_trace}});
  }
  check({.what = "a refusal for another reason",
         .arguments = event({"--metadata", "trace=x"}),
         .receiver = {.reply = http_reply(400, "Bad Request")},
         .status = 65,
         .err = "metrics-event: error: cannot deliver runner_installed to " + url +
                ": HTTP status 400; the receiver refused the event\n",
         .bodies = {with_trace}});
  check({.what = "a tenant from the environment",
         .arguments = event(),
         .environment = {{"LOKI_ORG_ID", "team-b"}},
         .bodies = {body},
         .more_headers = "X-Scope-OrgID: team-b\r\n"});
  check({.what = "quiet", .arguments = event({"--quiet"}), .bodies = {body}});
  check({.what = "labels",
         .arguments = event({"--label", "job=", "--label", "env=prod"}),
         .environment = {{"METRICS_EVENT_LABEL", "region=north"}},
         .bodies = {
             replace_all(body, {{R"({"job":"metrics"})", R"({"env":"prod","region":"north"})"}})}});
  check({.what = "a success that is not 204",
         .arguments = event(),
         .receiver = {.reply = http_reply(200, "OK", "{}")},
         .bodies = {body}});
}

TEST_CASE("the receiver may come from the environment") {
  Words words = event();
  words.resize(words.size() - 2); // without --url
  for (const char* variable : {"METRICS_EVENT_URL", "PROMTAIL_PUSH_API_URL", "LOKI_ADDR"}) {
    check({.what = variable,
           .arguments = words,
           .environment = {{variable, "http://127.0.0.1:{port}"}},
           .bodies = {body}});
  }
  check({.what = "our own name first",
         .arguments = words,
         .environment = {{"METRICS_EVENT_URL", "http://127.0.0.1:{port}"},
                         {"PROMTAIL_PUSH_API_URL", "http://127.0.0.1:{closed}"}},
         .bodies = {body}});
}

TEST_CASE("what each receiver asks for is what is sent") {
  const std::string host = "http://127.0.0.1:{port}";
  check({.what = "Loki, its legacy path",
         .arguments = event({"--url", host + "/api/prom/push"}),
         .bodies = {body},
         .target = "/api/prom/push"});
  check({.what = "Alloy, its other path",
         .arguments = event({"--url", host + "/api/v1/push"}),
         .bodies = {body},
         .target = "/api/v1/push"});
  check({.what = "VictoriaLogs, by the query",
         .arguments = event(
             {"--url", host + "/insert/loki/api/v1/push?_msg_field=event", "--org-id", "12:34"}),
         .bodies = {body},
         .target = "/insert/loki/api/v1/push?_msg_field=event",
         .more_headers = "X-Scope-OrgID: 12:34\r\n"});
  check({.what = "VictoriaLogs, by the header",
         .arguments =
             event({"--url", host + "/insert/loki/api/v1/push", "--header", "VL-Msg-Field: event"}),
         .bodies = {body},
         .target = "/insert/loki/api/v1/push",
         .more_headers = "VL-Msg-Field: event\r\n"});
  check({.what = "Grafana Cloud",
         .arguments = event({"--username", "123456"}),
         .environment = {{"LOKI_PASSWORD", "glc_token"}},
         .bodies = {body},
         .more_headers = "Authorization: Basic MTIzNDU2OmdsY190b2tlbg==\r\n"});
}

TEST_CASE("what is said depends on what is asked for") {
  check(
      {.what = "verbose",
       .arguments = event({"--verbose"}),
       .err = "metrics-event: delivered runner_installed to " + url + ": HTTP status 204 in 0 ms\n",
       .bodies = {body}});
  check({.what = "the result object",
         .arguments = event({"--output", "json"}),
         .out = result("delivered", 0, 1, "204", "null"),
         .bodies = {body}});
  check(
      {.what = "the result object of a refusal",
       .arguments = event({"--output", "json"}),
       .receiver = {.reply = http_reply(400, "Bad Request", "no good\n")},
       .status = 65,
       .out = result(
           "failed", 65, 1, "400",
           R"({"kind":"data","message":"cannot deliver runner_installed to )" + url +
               R"(: HTTP status 400, \"no good\"; the receiver refused the event","response":"no good"})"),
       .err = error(undelivered("HTTP status 400, \"no good\"; the receiver refused the event")),
       .bodies = {body}});
  check(
      {.what = "the result object of a usage error",
       .arguments = {"--output", "json", "runner-installed", "--flavour", "x"},
       .status = 64,
       .out = result_without_event(
           64,
           R"({"kind":"usage","message":"unknown option \"--flavour\", did you mean \"--flavor\"?","response":null})"),
       .err = error(R"(unknown option "--flavour", did you mean "--flavor"?)")});
  check(
      {.what = "the result object of a bad setting",
       .arguments = event(),
       .environment = {{"METRICS_EVENT_OUTPUT", "json"}, {"METRICS_EVENT_TIMEOUT", "x"}},
       .status = 78,
       .out = result_without_event(
           78,
           R"({"kind":"config","message":"METRICS_EVENT_TIMEOUT: expected a duration such as 500ms or 5s, got \"x\"","response":null})"),
       .err = error(R"(METRICS_EVENT_TIMEOUT: expected a duration such as 500ms or 5s, got "x")")});
}

TEST_CASE("a dry run and a disabled run send nothing") {
  check({.what = "dry run", .arguments = event({"--dry-run"}), .out = body + "\n"});
  check({.what = "dry run without a receiver",
         .arguments = {"runner-installed", "--flavor", "small", "--duration", "12.5", "--timestamp",
                       "{now}", "--entry-time", "event", "-n"},
         .out = body + "\n"});
  check({.what = "dry run as an object",
         .arguments = event({"--dry-run", "--output", "json"}),
         .out = result("dry_run", 0, 0, "null", "null")});
  check(
      {.what = "disabled", .arguments = event(), .environment = {{"METRICS_EVENT_DISABLED", "1"}}});
  check({.what = "disabled as an object",
         .arguments = event({"--disabled", "--output=json"}),
         .out = result("disabled", 0, 0, "null", "null")});
  check({.what = "disabled still validates",
         .arguments = event({"--disabled", "--flavour", "x"}),
         .status = 64,
         .err = error(R"(unknown option "--flavour", did you mean "--flavor"?)")});
  check({.what = "a flag wins over the environment",
         .arguments = event({"--disabled=false"}),
         .environment = {{"METRICS_EVENT_DISABLED", "1"}},
         .bodies = {body}});
}

TEST_CASE("a mistake in the command line is 64 and sends nothing") {
  const std::pair<Words, std::string> mistakes[]{
      {{"-q"}, "an event or command is missing; see metrics-event --help"},
      {{"runner-installed", "--flavor", "small"}, "runner-installed needs --duration SECONDS"},
      {{"runner-instaled"},
       R"(unknown event or command "runner-instaled", did you mean "runner-installed"?)"},
      {event({"--flavour", "x"}), R"(unknown option "--flavour", did you mean "--flavor"?)"},
      {event({"flavor=x"}), R"("flavor" is a field; give it as --flavor)"},
      {event({"--flavor", "other"}), "--flavor is given twice; give it once"},
      {event({"--label", "bad-name=x"}), "--label: expected a label name of letters, digits and _ "
                                         "that starts with neither a digit nor __, "
                                         "got \"bad-name\""},
      {event({"--url", "loki:3100"}),
       R"(--url: expected a URL that starts with http:// or https://, did you mean "http://loki:3100"?)"},
      {event({"--url", "ftp://x"}), "--url: expected an http, https or file URL"},
      {event({"--timeout", "5parsecs"}),
       R"(--timeout: expected a duration such as 500ms or 5s, got "5parsecs")"},
      {event({"--timeout", "\x1b[31m"}),
       R"(--timeout: expected a duration such as 500ms or 5s, got "\x1b[31m")"},
      {event({"--output", "xml"}), R"(--output: expected text or json, got "xml")"},
      {event({"--org-id", "a\r\nb"}),
       "--org-id: expected a tenant of at most 150 letters, digits and !-_.*'():|"},
  };
  for (const auto& [arguments, text] : mistakes) {
    check({.what = text.c_str(), .arguments = arguments, .status = 64, .err = error(text)});
  }
}

TEST_CASE("a bad setting from the environment is 78, names the variable and sends nothing") {
  const std::pair<const char*, const char*> variables[]{{"METRICS_EVENT_URL", "ftp://x"},
                                                        {"METRICS_EVENT_TIMEOUT", "0s"},
                                                        {"METRICS_EVENT_LABEL", "bad-name=x"},
                                                        {"METRICS_EVENT_BEST_EFFORT", "perhaps"}};
  for (const auto& variable : variables) {
    const std::string name = variable.first;
    CAPTURE(name);
    Words words = event();
    words.resize(words.size() - 2); // without --url
    const Outcome outcome =
        run(program, {.arguments = words, .environment = {{name, variable.second}}});
    CHECK(outcome.status == 78);
    CHECK(outcome.err.starts_with("metrics-event: error: " + name + ": expected "));
    CHECK(std::ranges::count(outcome.err, '\n') == 1);
  }
}

TEST_CASE("a value that its field does not allow is 65 and sends nothing") {
  const std::pair<const char*, const char*> values[]{
      {"-1", "-1"},     {"abc", "abc"}, {"nan", "nan"},    {"inf", "inf"}, {"0x10", "0x10"},
      {"12,5", "12,5"}, {"12 ", "12 "}, {"12\n", "12\\n"}, {"", ""}};
  for (const auto& [value, shown] : values) {
    check({.what = value,
           .arguments = event_of("small", value),
           .status = 65,
           .err = error("--duration: expected a plain number of seconds, 0 or more, got \"" +
                        std::string{shown} + '"')});
  }
  check(
      {.what = "too large a number",
       .arguments = event_of("small", "1e400"),
       .status = 65,
       .err = error(R"(--duration: expected a number within the range of a double, got "1e400")")});
  check({.what = "invalid UTF-8",
         .arguments = event_of("\xff\xfe", "1"),
         .status = 65,
         .err = error(R"(--flavor: expected valid UTF-8, got "\xff\xfe")")});
  Words several = event_of("small", "abc");
  several.insert(several.end(), {"a:=tru", "b[c]:=fals", "b[d]=text"});
  check({.what = "values that are bad in different ways",
         .arguments = several,
         .status = 65,
         .err = error(R"(a: "tru" is not valid JSON; write a=tru for a string)") +
                error(R"(b[c]: "fals" is not valid JSON; write b[c]=fals for a string)") +
                error("--duration: expected a plain number of seconds, 0 or more, got \"abc\"")});
}

TEST_CASE("what the receiver answers becomes the exit status, with its own words") {
  struct Answer {
    Behaviour receiver;
    int status;
    std::string reason;
  };
  const std::string endpoint_hint = "; is it the push endpoint? Loki's path is /loki/api/v1/push";
  const Answer answers[]{
      {{.reply = http_reply(260, "Blocked", "ingestion blocked\n")},
       77,
       "HTTP status 260, \"ingestion blocked\"; ingestion is blocked; ask whoever runs the "
       "receiver"},
      {{.reply = http_reply(400, "Bad Request", "too old\n")},
       65,
       "HTTP status 400, \"too old\"; the receiver refused the event"},
      {{.reply = http_reply(413, "Payload Too Large")},
       65,
       "HTTP status 413; the event is too large for the receiver; make it smaller"},
      {{.reply = http_reply(422, "Unprocessable")},
       65,
       "HTTP status 422; the receiver refused the event"},
      {{.reply = http_reply(401, "Unauthorized", "no org id\n")},
       77,
       "HTTP status 401, \"no org id\"; the receiver rejected the credentials; check --username "
       "and --password-file (Grafana Cloud: the numeric user and a token with logs:write) or "
       "--bearer-token-file, and the tenant (--org-id)"},
      {{.reply = http_reply(403, "Forbidden")},
       77,
       "HTTP status 403; the receiver denied access; check the credentials and the tenant "
       "(--org-id)"},
      {{.reply = http_reply(404, "Not Found", "404 page not found\n")},
       76,
       "HTTP status 404, \"404 page not found\"" + endpoint_hint},
      {{.reply = http_reply(405, "Method Not Allowed")}, 76, "HTTP status 405" + endpoint_hint},
      {{.reply = http_reply(415, "Unsupported Media Type")},
       76,
       "HTTP status 415; the server does not accept JSON; is it the push endpoint? Loki's path is "
       "/loki/api/v1/push"},
      {{.reply = http_reply(301, "Moved", "", {"Location: https://example.com/push"})},
       76,
       "HTTP status 301, a redirect to \"https://example.com/push\" is not followed" +
           endpoint_hint},
      {{.reply = http_reply(429, "Too Many Requests", "slow down\n")},
       75,
       "HTTP status 429, \"slow down\"; the rate limit of the receiver was exceeded; try again "
       "later"},
      {{.reply = http_reply(500, "Internal Server Error")},
       75,
       "HTTP status 500; the receiver failed; try again later; it may have been stored"},
      {{.reply = http_reply(503, "Service Unavailable")},
       75,
       "HTTP status 503; the receiver failed; try again later; it may have been stored"},
      {{.reply = http_reply(400, "Bad Request", "\x1b]0;owned\x07\x1b[2J\u009b31mred\r\n")},
       65,
       "HTTP status 400, \"]0;owned[2J31mred\"; the receiver refused the event"},
      {{.reply = "HTTP/1.1 400 Bad Request\r\n\r\n", .repeated = "x"},
       65,
       "HTTP status 400, \"" + std::string(1021, 'x') + "…\"; the receiver refused the event"},
      {{.reply = ""},
       75,
       "the connection was closed before the answer was complete; try again later, or use https:// "
       "if the port speaks TLS; it may have been stored"},
      {{.reply = "HTTP/1.1 204 No Con"},
       75,
       "the connection was closed before the answer was complete; try again later; it may have "
       "been stored"},
      {{.reply = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"},
       75,
       "the connection was closed before the answer was complete; try again later; it may have "
       "been stored"},
      {{.reply = "SSH-2.0-OpenSSH_9.2\r\n"},
       76,
       "the answer is not HTTP; check the port; it may have been stored"},
      {{.reply = "HTTP/1.1 200 OK\r\nX: " + std::string(std::size_t{10} * 1024 * 1024, 'x') +
                 "\r\n\r\n"},
       76,
       "the answer's header is larger than 16 KiB; check the port; it may have been stored"},
  };
  for (const Answer& answer : answers) {
    check({.what = answer.reason.c_str(),
           .arguments = event(),
           .receiver = answer.receiver,
           .status = answer.status,
           .err = error(undelivered(answer.reason)),
           .bodies = {body}});
  }
}

TEST_CASE("no receiver is 69, and a silent one is 75") {
  check(
      {.what = "refused",
       .arguments = event({"--url", "http://127.0.0.1:{closed}/x"}),
       .status = 69,
       .err = error("cannot deliver runner_installed to http://127.0.0.1:{closed}/x: "
                    "127.0.0.1:{closed}: connection refused; check that the receiver is running")});
  check({.what = "silent",
         .arguments = event({"--timeout", "1s"}),
         .receiver = {.then_close = false},
         .status = 75,
         .err = error(undelivered(
             "no answer in time; try again later or raise --timeout; it may have been stored")),
         .bodies = {body}});
}

TEST_CASE("an event that no push may carry is 65 and sends nothing") {
  // Control characters take six bytes each in the line, and seven in the push.
  Words words{"runner-stop", "--job-duration", "1", "--url", "http://127.0.0.1:{port}"};
  for (const char* flag : {"--flavor", "--workflow", "--repo", "--github-event", "--status"}) {
    words.insert(words.end(), {flag, std::string(100000, '\x01')});
  }
  const RawServer server{{accept}};
  words[4] = "http://127.0.0.1:" + std::to_string(server.port());
  const Outcome outcome = run(program, {.arguments = words});
  CHECK(outcome.status == 65);
  CHECK(outcome.err.find("error: the event makes a push of 35") != std::string::npos);
  CHECK(outcome.err.find(" bytes, and the limit is 1048576; make it shorter\n") !=
        std::string::npos);
  CHECK(server.requests().empty());
}

TEST_CASE(
    "settings of the sender do not disturb the receiver, and best effort does not excuse it") {
  const Outcome outcome =
      run(program,
          {.arguments = {"listen", "--port", "0", "--count", "1", "--timeout", "50ms"},
           .environment = {{"METRICS_EVENT_URL", "nonsense"}, {"METRICS_EVENT_BEST_EFFORT", "1"}}});
  CHECK(outcome.status == 75);
}

TEST_CASE("best effort turns an outage into a warning and never excuses a mistake") {
  const Behaviour busy{.reply = http_reply(503, "Service Unavailable")};
  const std::string reason =
      undelivered("HTTP status 503; the receiver failed; try again later; it may have been stored");
  check({.what = "an outage",
         .arguments = event({"--best-effort"}),
         .receiver = busy,
         .err = "metrics-event: warning: " + reason + "\n",
         .bodies = {body}});
  check({.what = "an outage, quietly",
         .arguments = event({"--best-effort", "--quiet"}),
         .receiver = busy,
         .bodies = {body}});
  check({.what = "an outage, as an object",
         .arguments = event({"--best-effort", "--output=json"}),
         .receiver = busy,
         .out = result("failed", 0, 1, "503",
                       R"({"kind":"tempfail","message":")" + reason + R"(","response":null})"),
         .err = "metrics-event: warning: " + reason + "\n",
         .bodies = {body}});
  check(
      {.what = "a bad value",
       .arguments = event_of("small", "abc"),
       .environment = {{"METRICS_EVENT_BEST_EFFORT", "1"}},
       .err =
           "metrics-event: warning: --duration: expected a plain number of seconds, 0 or more, got "
           "\"abc\"\n"});
  check({.what = "a mistake in the command line",
         .arguments = event({"--best-effort", "--flavour", "x"}),
         .status = 64,
         .err = error(R"(unknown option "--flavour", did you mean "--flavor"?)")});
  check(
      {.what = "a mistake in the configuration",
       .arguments = event({"--best-effort"}),
       .environment = {{"METRICS_EVENT_TIMEOUT", "x"}},
       .status = 78,
       .err = error(R"(METRICS_EVENT_TIMEOUT: expected a duration such as 500ms or 5s, got "x")")});
}

TEST_CASE("what an agent would lose is warned of, unless quiet is asked for") {
  const Words old{"runner-installed", "--flavor",   "small",        "--duration", "12.5",
                  "--timestamp",      "1700000000", "--entry-time", "event",      "--dry-run"};
  const std::string old_body = replace_all(body, {{"{now}", "1700000000"}}) + "\n";
  check({.what = "too old",
         .arguments = old,
         .out = old_body,
         .err = "metrics-event: warning: the entry time is more than 7 days old; Loki refuses it, "
                "and VictoriaLogs and agents in front of Loki accept and lose it\n"});
  check({.what = "quiet",
         .arguments = old,
         .environment = {{"METRICS_EVENT_QUIET", "yes"}},
         .out = old_body});
}

TEST_CASE("help and version go to stdout") {
  check({.what = "version",
         .arguments = {"--version"},
         .out = "metrics-event " + std::string{version} + " (" + std::string{libraries} + ")\n"});
  CHECK(std::string{libraries}.starts_with("OpenSSL 3."));
  const Outcome short_help = run(program, {.arguments = {"-h"}});
  CHECK(short_help.status == 0);
  CHECK(run(program, {.arguments = {"help"}}).out == short_help.out);
  CHECK(run(program, {.arguments = {"--help"}}).out != short_help.out);
  CHECK(run(program, {.arguments = {"version"}}).out == run(program, {.arguments = {"-V"}}).out);
  const Outcome nothing = run(program, {.arguments = {}});
  CHECK(nothing.status == 64);
  CHECK(nothing.out.empty());
  CHECK(nothing.err ==
        short_help.out + error("an event or command is missing; see metrics-event --help"));
  const Outcome unknown = run(program, {.arguments = {"help", "optoins"}});
  CHECK(unknown.status == 64);
  CHECK(unknown.err == error("there is no help on \"optoins\", did you mean \"options\"?"));
  for (const std::string topic : {"runner-stop", "flush", "help"}) {
    CHECK(run(program, {.arguments = {"help", topic}}).out ==
          run(program, {.arguments = {topic, "-h"}}).out);
  }
  const Outcome help = run(program, {.arguments = {"runner-stop", "--help"}});
  CHECK(help.status == 0);
  CHECK(help.err.empty());
  CHECK(help.out.starts_with("Send runner-stop: a runner finished a job.\n"));
}

TEST_CASE("the examples in help are what a shell can run") {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink(program, directory.path() / "metrics-event");
  for (const std::string topic :
       {"", "runner-installed", "runner-start", "runner-stop", "reconciliation", "send"}) {
    std::istringstream text{run(program, {.arguments = {topic.empty() ? "-h" : topic, "-h"}}).out};
    std::string examples;
    bool is_in_examples = false;
    for (std::string shown; std::getline(text, shown);) {
      is_in_examples = shown == "examples:" || (is_in_examples && !shown.empty());
      const bool is_example =
          is_in_examples && shown != "examples:" && shown != "  metrics-event check";
      examples += is_example ? shown + '\n' : "";
    }
    CAPTURE(examples);
    REQUIRE_FALSE(examples.empty());
    const Outcome outcome = run(
        "/bin/sh",
        {.arguments = {"-ec", std::regex_replace(examples, std::regex{R"(\./\w+\.sh)"}, "true")},
         .environment = {{"FLAVOR", "small"},
                         {"WORKFLOW", "w"},
                         {"REPO", "o/r"},
                         {"PATH", directory.path().string() + ":/usr/bin:/bin"},
                         {"METRICS_EVENT_CONFIG", "none"},
                         {"METRICS_EVENT_DRY_RUN", "true"}}});
    CHECK(outcome.err.empty());
    CHECK(outcome.status == 0);
    CHECK(std::ranges::count(outcome.out, '\n') == (topic.empty() ? 3 : 2));
  }
}

TEST_CASE("adding an event is one row: it is driven through the whole path") {
  constexpr std::array fields{
      Field{.name = "disk", .type = FieldType::string, .help = "which disk"},
      Field{.name = "usage.percent",
            .parent = "usage",
            .type = FieldType::number,
            .help = "how full",
            .minimum = "0"},
      Field{.name = "inodes", .type = FieldType::integer, .help = "how many", .required = false}};
  const std::array events{EventType{"disk_full", "a disk is full", fields}};
  InProcess process;
  process.events = events;

  const RawServer server{{accept}};
  CHECK(process.run({"disk-full", "--disk", "sda", "--usage-percent", "99.5", "--timestamp",
                     "1700000000", "--url", "http://127.0.0.1:" + std::to_string(server.port())}) ==
        0);
  REQUIRE(server.requests().size() == 1);
  CHECK(
      server.requests()[0].find(
          R"({\"timestamp\":1700000000,\"event\":\"disk_full\",\"disk\":\"sda\",\"usage\":{\"percent\":99.5}})") !=
      std::string::npos);
  CHECK(process.run({"disk-full", "--disk", "sda", "--usage-percent", "-1"}) == 65);
  CHECK(process.err() == error(R"(--usage-percent: expected a plain number, 0 or more, got "-1")"));
  CHECK(process.run({"disk-ful"}) == 64);
  CHECK(process.err() ==
        error(R"(unknown event or command "disk-ful", did you mean "disk-full"?)"));
  CHECK(process.run({"disk-full", "--help"}) == 0);
  CHECK(process.out().find("--usage-percent NUMBER") != std::string::npos);
}

TEST_CASE("adding a command is one row: it is driven through the whole path") {
  static constexpr std::array options{
      CommandOption{"count", "N", "2", "how often"},
      CommandOption{.name = "from",
                    .placeholder = "FILE",
                    .help = "what to repeat",
                    .value_kind = ValueKind::file},
      CommandOption{.name = "fail", .help = "fail instead", .short_flag = 'f'}};
  std::vector<Command> commands{all_commands().begin(), all_commands().end()};
  commands.push_back(
      {.name = "repeat",
       .summary = "print a word several times",
       .details = "Prints WORD as often as it is asked to.",
       .operand = {ValueKind::text, "WORD", true},
       .options = options,
       .settings = "output best-effort",
       .excusable = {ExitCode::tempfail, ExitCode::tempfail},
       .run =
           [](const Run& run, RunOutcome& outcome) {
             const auto count = run.line.options.value("count", parse_age);
             outcome.result = [&run, count](const RunOutcome& end) {
               return result_head(end, count ? "timed" : *run.line.operand).str();
             };
             if (run.line.options.is_on("fail")) {
               throw Failure{ExitCode::tempfail, "not now"};
             }
             outcome.result = nullptr;
             run.context.console.print(*run.line.operand + '\n');
           },
       .result = [](const RunOutcome& end) { return result_head(end, "bad").str(); }});
  InProcess process;
  process.commands = commands;

  CHECK(process.run({"repeat", "hello", "--count=1s"}) == 0);
  CHECK(process.out() == "hello\n");
  CHECK(process.run({"repeat"}) == 64);
  CHECK(process.err() == error("repeat needs WORD; see metrics-event repeat --help"));
  CHECK(process.out() == R"({"status":"bad","exit_code":64})");
  CHECK(process.run({"repeat", "a", "--count", "x"}) == 64);
  CHECK(process.err().find("--count: expected ") != std::string::npos);
  CHECK(process.run({"repeat", "a", "--timeout", "1s"}) == 64);
  CHECK(process.err() == error("--timeout has no effect on repeat; leave it out"));
  CHECK(process.run({"repaet", "a"}) == 64);
  CHECK(process.err() == error(R"(unknown event or command "repaet", did you mean "repeat"?)"));

  CHECK(process.run({"repeat", "a", "-f", "--count=1s"}) == 75);
  CHECK(process.err() == error("not now"));
  CHECK(process.out() == R"({"status":"timed","exit_code":75})");
  CHECK(process.run({"repeat", "a", "-f", "--count=1s", "--best-effort"}) == 0);
  CHECK(process.err() == "metrics-event: warning: not now\n");
  CHECK(process.out() == R"({"status":"timed","exit_code":0})");

  CHECK(process.run({"--help"}) == 0);
  CHECK(process.out().find("\n  repeat      print a word several times\n") != std::string::npos);
  CHECK(process.run({"repeat", "--help"}) == 0);
  CHECK(process.out().starts_with("metrics-event repeat: print a word several times.\n\n"
                                  "usage: metrics-event repeat [OPTIONS] WORD\n"));
  CHECK(process.out().find("--count N    how often (default 2)\n") != std::string::npos);
  CHECK(process.out().find("--retries") == std::string::npos);
  CHECK(process.run({"completion", "bash", "--word=repeat", "--word=-"}) == 0);
  CHECK(process.out().starts_with("--count\thow often\tN\n"
                                  "--from\twhat to repeat\tFILE\n"
                                  "--fail\tfail instead\t\n"
                                  "--best-effort\t"));
  CHECK(process.out().find("--retries") == std::string::npos);
  CHECK(process.run({"completion", "bash", "--word=repeat", "--word=--from="}) == 0);
  CHECK(process.out() == "\tfiles\t--from=\n");
  CHECK(process.run({"completion", "bash", "--word=rep"}) == 0);
  CHECK(process.out().find("\nrepeat\tprint a word several times\t\n") != std::string::npos);
}

TEST_SUITE_END();
