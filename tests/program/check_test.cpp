#include "commands/check_report.hpp"

#include "base/http_date.hpp"
#include "settings/layers.hpp"
#include "support/in_process.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/storing_receiver.hpp"
#include "support/temporary.hpp"
#include "support/terminal.hpp"
#include "support/test_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

const std::string accepted = http_reply(204, "No Content");
const std::string ready_reply = http_reply(200, "OK", "ready\n");
const std::string absent = http_reply(404, "Not Found", "404 page not found\n");

std::string url_of(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

Outcome run_check(const Words& options, const std::map<std::string, std::string>& variables = {}) {
  Words words{"check"};
  words.insert(words.end(), options.begin(), options.end());
  return run(program, {.arguments = words, .environment = variables});
}

// What was found out: the lines below that heading, without what aligns them.
Words findings(const Outcome& outcome) {
  std::istringstream lines{outcome.out.substr(outcome.out.find("\nfindings\n") + 10)};
  Words found;
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    std::istringstream words{line};
    std::string folded;
    for (std::string word; words >> word;) {
      folded += (folded.empty() ? "" : " ") + word;
    }
    found.push_back(folded);
  }
  return found;
}

std::string unsent(std::uint16_t port, const std::string& why) {
  return "metrics-event: error: an event would not be delivered to " + url_of(port) +
         "/loki/api/v1/push: " + why + '\n';
}

std::string dated(std::chrono::seconds behind_us) {
  return "Date: " +
         http_date(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) -
                   behind_us);
}

const std::string query_not_found = "warning query not found: HTTP status 404; an event whose "
                                    "answer is lost may be stored twice";

bool has_finding(const Outcome& outcome, const std::string& finding) {
  const Words all = findings(outcome);
  return std::ranges::find(all, finding) != all.end();
}

} // namespace

TEST_SUITE_BEGIN("check");

TEST_CASE("a receiver that takes events is described, and status 0 says that it does") {
  const RawServer server{
      {{.reply = http_reply(204, "No Content", "", {dated(0s)})}, {.reply = ready_reply}}};
  const std::string port = std::to_string(server.port());
  const Outcome outcome = run_check({"--url", url_of(server.port()), "--org-id", "team"},
                                    {{"LOKI_USERNAME", "me"}, {"LOKI_PASSWORD", "secret"}});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(findings(outcome) == Words{"ok lookup 127.0.0.1", "ok connection 127.0.0.1:" + port,
                                   "ok ready GET /ready answered 200",
                                   "ok clock the same as the receiver's", "note tenant team",
                                   "ok push an empty push was answered 204", query_not_found});
  CHECK(outcome.out.ends_with("\nan event would be delivered\n"));
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[0].starts_with("POST /loki/api/v1/push HTTP/1.1\r\n"));
  CHECK(server.requests()[0].ends_with(
      "\r\n\r\n{\"streams\":[{\"stream\":{\"job\":\"metrics\"},\"values\":[]}]}"));
  CHECK(server.requests()[1].starts_with("GET /ready HTTP/1.1\r\n"));
  for (const std::string& request : server.requests()) {
    CHECK(request.find("\r\nX-Scope-OrgID: team\r\n") != std::string::npos);
    CHECK(request.find("\r\nAuthorization: Basic ") != std::string::npos);
  }
}

TEST_CASE("every setting is shown with its value and origin, a secret as set") {
  const TemporaryDirectory directory;
  const std::string config = (directory.path() / "c.toml").string();
  write_file(config, "timeout = '7s'\n\n[label]\nenv = 'prod'\n");
  const RawServer server{{{.reply = accepted}}};
  const Outcome outcome =
      run_check({"--verbose", "--config", config, "--url", url_of(server.port())},
                {{"LOKI_BEARER_TOKEN", "secret"},
                 {"METRICS_EVENT_HEADER", "X-Key: secret"},
                 {"METRICS_EVENT_TIMOUT", "1s"}});
  std::map<std::string, std::pair<std::string, std::string>> shown;
  std::istringstream lines{outcome.out};
  std::string line;
  std::getline(lines, line);
  CHECK(line == "settings");
  while (std::getline(lines, line) && !line.empty()) {
    std::istringstream words{line};
    std::string name;
    words >> name;
    const std::size_t value = line.find_first_not_of(' ', line.find(name) + name.size());
    const std::size_t value_end = line.find("  ", value);
    shown[name] = {line.substr(value, value_end - value),
                   line.substr(line.find_first_not_of(' ', value_end))};
  }
  CHECK(shown.size() == all_settings().size());
  using Pair = std::pair<std::string, std::string>;
  CHECK(shown["url"] == Pair{url_of(server.port()) + "/loki/api/v1/push", "--url"});
  CHECK(shown["timeout"] == Pair{"7s", config + ":1:11: timeout"});
  CHECK(shown["label"] == Pair{"env=prod and job=metrics", config + ":4:7: label"});
  CHECK(shown["bearer-token"] == Pair{"set", "LOKI_BEARER_TOKEN"});
  CHECK(shown["header"] == Pair{"X-Key", "METRICS_EVENT_HEADER"});
  CHECK(shown["connect-timeout"] == Pair{"2s", "default"});
  CHECK(shown["org-id"] == Pair{"-", "default"});
  CHECK(outcome.out.find("secret") == std::string::npos);
  CHECK(findings(outcome).front() ==
        "warning environment \"METRICS_EVENT_TIMOUT\" does not name a setting, "
        "did you mean \"METRICS_EVENT_TIMEOUT\"?");
}

TEST_CASE("a setting that has come to stand among the labels is found") {
  const TemporaryDirectory directory;
  const std::string config = (directory.path() / "c.toml").string();
  write_file(config, "[label]\nenv = 'prod'\ntimeout = '7s'\n");
  const RawServer server{{{.reply = accepted}}};
  const Words found = findings(run_check({"--config", config, "--url", url_of(server.port())}));
  CHECK(found.front() ==
        "warning settings label: \"timeout\" is the name of a setting, which belongs "
        "above a heading such as [label]");
  CHECK(std::ranges::count_if(found, [](const std::string& text) {
          return text.starts_with("warning settings");
        }) == 1);
}

TEST_CASE("a wildcard that only we understand in no_proxy is found, wherever it stands") {
  const RawServer server{{{.reply = accepted}}};
  const std::string finding = "warning no-proxy {}: \"*.example.com\" is taken as "
                              "\".example.com\", but curl and others match nothing with it; "
                              "write \".example.com\"";
  const auto from = [&finding](const std::string& origin) {
    std::string text = finding;
    return text.replace(text.find("{}"), 2, origin);
  };
  const Words url{"--url", url_of(server.port())};
  CHECK(has_finding(run_check(url, {{"no_proxy", "localhost\n*.example.com"}}), from("no_proxy")));
  CHECK(has_finding(run_check({"--no-proxy", "*.example.com:80,*", url[0], url[1]}),
                    "warning no-proxy --no-proxy: \"*.example.com:80\" is taken as "
                    "\".example.com:80\", but curl and others match nothing with it; write "
                    "\".example.com:80\""));
  for (const std::string list : {"*", ".example.com", "example.com,*example.com"}) {
    CAPTURE(list);
    const Words found = findings(run_check(url, {{"no_proxy", list}}));
    CHECK(std::ranges::none_of(
        found, [](const std::string& text) { return text.find("no-proxy") != std::string::npos; }));
  }
}

TEST_CASE("what is wrong is said in one line, with the status that an event would get") {
  struct Row {
    Behaviour receiver;
    int status;
    std::string why;
  };
  const Row rows[]{
      {{.reply = absent},
       76,
       "HTTP status 404, \"404 page not found\"; is it the push endpoint? Loki's path is "
       "/loki/api/v1/push"},
      {{.reply = http_reply(401, "Unauthorized")},
       77,
       "HTTP status 401; the receiver rejected the credentials; check --username and "
       "--password-file (Grafana Cloud: the numeric user and a token with logs:write) or "
       "--bearer-token-file, and the tenant (--org-id)"},
      {{.reply = http_reply(503, "Service Unavailable", "later\n")},
       75,
       "HTTP status 503, \"later\"; the receiver failed; try again later"},
      {{.reply = http_reply(260, "Blocked")},
       77,
       "HTTP status 260; ingestion is blocked; ask whoever runs the receiver"},
      {{.reply = "SSH-2.0-OpenSSH_9.2\r\n"}, 76, "the answer is not HTTP; check the port"},
      {{.reply = http_reply(204, "No Content", "", {dated(-660s)})}, 0, ""},
      {{.reply = http_reply(204, "No Content", "", {dated(3600s)})},
       65,
       "this machine is 1 h ahead of the receiver, and Loki refuses entries more than 10 min "
       "ahead; "
       "set the clock"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const RawServer server{{row.receiver}};
    const Outcome outcome = run_check({"--url", url_of(server.port())});
    CHECK(outcome.status == row.status);
    // Seconds may have passed since the date was written.
    const std::string said =
        std::regex_replace(outcome.err, std::regex{"1 h [0-9]+ s ahead"}, "1 h ahead");
    CHECK(said == (row.status == 0 ? "" : unsent(server.port(), row.why)));
  }
}

TEST_CASE("a stopped receiver is 69, and its report says where the way ends") {
  const ClosedPort closed;
  const std::string peer = "127.0.0.1:" + std::to_string(closed.port());
  const Outcome outcome = run_check({"--url", "http://" + peer});
  CHECK(outcome.status == 69);
  CHECK(outcome.err ==
        unsent(closed.port(), peer + ": connection refused; check that the receiver is running"));
  CHECK(findings(outcome) == Words{"ok lookup 127.0.0.1",
                                   "failed connection " + peer + ": connection refused",
                                   "note tenant none"});
  CHECK(outcome.out.ends_with("\nan event would fail with status 69 (unavailable)\n"));
}

TEST_CASE("an empty push that is refused for being empty has shown the way, any other has not") {
  const RawServer loki{
      {{.reply = http_reply(422, "Unprocessable",
                            "error at least one valid stream is required for ingestion\n")}}};
  Outcome outcome = run_check({"--url", url_of(loki.port())});
  CHECK(outcome.status == 0);
  CHECK(has_finding(outcome, "ok push an empty push was answered 422"));
  CHECK(outcome.out.ends_with("\nan event would be delivered\n"));
  for (const int status : {400, 422}) {
    CAPTURE(status);
    const RawServer other{
        {{.reply = http_reply(status, "Refused", "missing required labels 'env' for user x\n")}}};
    outcome = run_check({"--url", url_of(other.port())});
    CHECK(outcome.status == 65);
    CHECK(findings(outcome).back() ==
          "failed push HTTP status " + std::to_string(status) +
              ", \"missing required labels 'env' for user x\"; the receiver refused the event");
  }
}

TEST_CASE("a step that is not answered in time is the one that failed") {
  const RawServer silent{{{.then_close = false}}};
  const Outcome outcome = run_check({"--url", url_of(silent.port()), "--timeout", "1s"});
  CHECK(outcome.status == 75);
  CHECK(findings(outcome).back() ==
        "failed push no answer in time; try again later or raise --timeout");
  const Outcome tls =
      run_check({"--url", "https://127.0.0.1:" + std::to_string(silent.port()), "--timeout", "1s"});
  CHECK(tls.status == 75);
  CHECK(findings(tls)[2] == "failed tls no TLS handshake in time");
}

TEST_CASE("a web page that is answered with success is no push endpoint") {
  const RawServer server{
      {{.reply = http_reply(200, "OK", "<html>log in</html>", {"Content-Type: text/html"})}}};
  const Outcome outcome = run_check({"--url", url_of(server.port())});
  CHECK(outcome.status == 76);
  CHECK(findings(outcome).back() == "failed push HTTP status 200, \"<html>log in</html>\"; the "
                                    "answer is a web page; is it the push "
                                    "endpoint? Loki's path is /loki/api/v1/push");
}

TEST_CASE("what a receiver repeats of our secrets is left out") {
  const RawServer server{
      {{.reply = http_reply(401, "Unauthorized", "bad: Bearer hunter2 key-value queryvalue\n",
                            {"Location: http://x/?token=hunter2&a=queryvalue"})}}};
  const std::map<std::string, std::string> variables{{"LOKI_BEARER_TOKEN", "hunter2"},
                                                     {"METRICS_EVENT_HEADER", "X-Key: key-value"}};
  const Words words{"runner-installed",
                    "--flavor",
                    "s",
                    "--duration",
                    "1",
                    "--output",
                    "json",
                    "--url",
                    url_of(server.port()) + "/push?q=queryvalue"};
  for (const Outcome& outcome :
       {run(program, {.arguments = words, .environment = variables}),
        run_check({"--url", url_of(server.port()) + "/push?q=queryvalue"}, variables)}) {
    CHECK(outcome.err.find("\"bad: Bearer … … …\"") != std::string::npos);
    for (const char* secret : {"hunter2", "key-value", "queryvalue"}) {
      CHECK(outcome.err.find(secret) == std::string::npos);
      CHECK(outcome.out.find(secret) == std::string::npos);
    }
  }
}

TEST_CASE("--send takes a value as other switches do") {
  const RawServer server{{{.reply = accepted}}};
  CHECK(run_check({"--send=false", "--url", url_of(server.port())}).status == 0);
  CHECK(server.requests()[0].ends_with("\"values\":[]}]}"));
  CHECK(run_check({"--send=maybe"}).err ==
        "metrics-event: error: --send: expected true or false, got \"maybe\"\n");
}

TEST_CASE("a clock does not matter where an event was delivered") {
  const RawServer server{{{.reply = http_reply(204, "No Content", "", {dated(3600s)})}}};
  CHECK(run_check({"--send", "--url", url_of(server.port())}).status == 0);
}

TEST_CASE("--send sends a real event, which is judged as such") {
  const RawServer server{{{.reply = accepted}, {.reply = ready_reply}}};
  const Outcome outcome = run_check({"--send", "--url", url_of(server.port())});
  CHECK(outcome.status == 0);
  CHECK(has_finding(outcome, "ok push an event was answered 204"));
  CHECK(outcome.out.ends_with("\nan event was delivered\n"));
  CHECK(server.requests()[0].find(R"(\"event\":\"metrics_event_check\"})") != std::string::npos);

  const RawServer strict{{{.reply = http_reply(400, "Bad Request", "too old\n")}}};
  const Outcome refused = run_check({"--send", "--url", url_of(strict.port())});
  CHECK(refused.status == 65);
  CHECK(refused.err == "metrics-event: error: cannot deliver metrics_event_check to " +
                           url_of(strict.port()) +
                           "/loki/api/v1/push: HTTP status 400, \"too old\"; the receiver refused "
                           "the event\n");
}

TEST_CASE("as an object it says the same, also when it does not come to a check") {
  const ClosedPort closed;
  const std::string peer = "127.0.0.1:" + std::to_string(closed.port());
  const Outcome outcome = run_check({"--output", "json", "--url", "http://" + peer});
  CHECK(outcome.status == 69);
  CHECK(outcome.out.starts_with(R"({"status":"failed","exit_code":69,"settings":[{"name":"url",)"
                                R"("value":"http://)" +
                                peer + R"(/loki/api/v1/push","origin":"--url"},)"));
  CHECK(outcome.out.ends_with(
      R"("findings":[{"subject":"lookup","result":"ok","text":"127.0.0.1"},)"
      R"({"subject":"connection","result":"failed","text":")" +
      peer + R"(: connection refused"},{"subject":"tenant","result":"note","text":"none"}],)" +
      R"("error":{"kind":"unavailable","message":"an event would not be delivered to http://)" +
      peer + "/loki/api/v1/push: " + peer +
      ": connection refused; check that the receiver is running\",\"response\":null}}\n"));
  const Outcome broken = run_check({"--output", "json"}, {{"METRICS_EVENT_TIMEOUT", "x"}});
  CHECK(broken.status == 78);
  CHECK(broken.out ==
        R"({"status":"failed","exit_code":78,"settings":[],"findings":[],"error":{"kind":"config",)"
        R"("message":"METRICS_EVENT_TIMEOUT: expected a duration such as 500ms or 5s, got \"x\"",)"
        R"("response":null}})"
        "\n");
}

TEST_CASE("what keeps events from being sent is warned of, and best effort excuses no check") {
  const ClosedPort closed;
  const Outcome outcome =
      run_check({"--url", url_of(closed.port())}, {{"METRICS_EVENT_DISABLED", "1"},
                                                   {"METRICS_EVENT_DRY_RUN", "1"},
                                                   {"METRICS_EVENT_BEST_EFFORT", "1"}});
  CHECK(outcome.status == 69);
  const Words found = findings(outcome);
  REQUIRE(found.size() > 3);
  CHECK(found[0] == "warning disabled METRICS_EVENT_DISABLED: events are not sent");
  CHECK(found[1] == "warning dry-run METRICS_EVENT_DRY_RUN: events are printed and not sent");
  CHECK(found[2] ==
        "warning best-effort METRICS_EVENT_BEST_EFFORT: events that fail end with status 0");
  const RawServer server{{{.reply = accepted}}};
  CHECK(run_check({"--url", url_of(server.port()), "--disabled"})
            .out.ends_with("\nan event would not be sent\n"));
}

TEST_CASE("a quiet check prints nothing but the one line about a failure") {
  const RawServer server{{{.reply = accepted}, {.reply = accepted}, {.reply = accepted}}};
  const Outcome good = run_check({"-q", "--url", url_of(server.port())});
  CHECK(good.status == 0);
  CHECK(good.out.empty());
  CHECK(good.err.empty());
  const ClosedPort closed;
  const Outcome bad = run_check({"-q", "--url", url_of(closed.port())});
  CHECK(bad.status == 69);
  CHECK(bad.out.empty());
  CHECK(bad.err.starts_with("metrics-event: error: an event would not be delivered to "));
  CHECK(std::ranges::count(bad.err, '\n') == 1);
  const Outcome json = run_check({"-q", "--output", "json", "--url", url_of(closed.port())});
  CHECK(json.out.find("\"findings\":[") != std::string::npos);
}

TEST_CASE("the usual spool is reported also while no event is sent") {
  const TemporaryDirectory state;
  const ClosedPort closed;
  for (const char* const variable : {"METRICS_EVENT_DISABLED", "METRICS_EVENT_DRY_RUN"}) {
    CAPTURE(variable);
    const Outcome outcome =
        run_check({"--spool", "--url", url_of(closed.port())},
                  {{"XDG_STATE_HOME", state.path().string()}, {variable, "true"}});
    CHECK(outcome.status == 69);
    CHECK(std::regex_search(outcome.out, std::regex{R"(\n  spool +/\S*/metrics-event)"}));
    const Words found = findings(outcome);
    CHECK(std::ranges::none_of(
        found, [](const std::string& line) { return line.starts_with("failed spool"); }));
  }
}

TEST_CASE("--wait tries again until the receiver is ready") {
  const Behaviour busy{.reply = http_reply(503, "Service Unavailable", "starting\n")};
  const Behaviour starting{.reply = http_reply(503, "Service Unavailable", "Ingester not ready\n")};
  // A push that is refused; one that is taken while it is not ready; then both are well.
  const RawServer server{
      {busy, starting, {.reply = accepted}, starting, {.reply = accepted}, {.reply = ready_reply}}};
  const Outcome outcome = run_check({"--wait", "60s", "--url", url_of(server.port())});
  CHECK(outcome.status == 0);
  CHECK(server.requests().size() == 6);
  CHECK(findings(outcome).size() == 7); // those of the last round only
}

TEST_CASE("--wait with --send sends one event, once the receiver is ready") {
  const Behaviour starting{.reply = http_reply(503, "Service Unavailable", "Ingester not ready\n")};
  const RawServer server{{{.reply = accepted},
                          starting,
                          {.reply = accepted},
                          {.reply = ready_reply},
                          {.reply = accepted},
                          {.reply = ready_reply}}};
  const Outcome outcome = run_check({"--wait", "60s", "--send", "--url", url_of(server.port())});
  CHECK(outcome.status == 0);
  CHECK(has_finding(outcome, "ok push an event was answered 204"));
  std::size_t events = 0;
  for (const std::string& request : server.requests()) {
    events += request.find("metrics_event_check") != std::string::npos ? 1U : 0U;
  }
  CHECK(events == 1);
}

TEST_CASE("--wait with --send: an event that was delivered is not made a failure afterwards") {
  // Ready when it was waited for, with a clock that Loki would not accept, and then not ready.
  const std::string skewed = http_reply(204, "No Content", "", {dated(3600s)});
  const RawServer server{{{.reply = skewed},
                          {.reply = ready_reply},
                          {.reply = skewed},
                          {.reply = http_reply(503, "Service Unavailable")}}};
  const Outcome outcome = run_check({"--wait", "60s", "--send", "--url", url_of(server.port())});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.ends_with("\nan event was delivered\n"));
}

TEST_CASE("--wait does not wait for what time does not cure") {
  for (const int status : {260, 401, 404}) {
    CAPTURE(status);
    const RawServer server{{{.reply = http_reply(status, "No")}}};
    CHECK(run_check({"--wait", "1h", "--url", url_of(server.port())}).status != 0);
    std::size_t pushes = 0;
    for (const std::string& request : server.requests()) {
      pushes += request.starts_with("POST") ? 1U : 0U;
    }
    CHECK(pushes == 1);
  }
}

TEST_CASE("--wait ends with its time, with what was wrong at last") {
  TestClock clock;
  const Deadline start = clock.steady_now();
  int rounds = 0;
  Deadline latest{};
  const Transport transport = [&](const Request& request, Deadline deadline) -> Reply {
    latest = std::max(latest, deadline);
    if (request.method == "GET") {
      return {.status = 503, .body = "starting", .trace = {{"192.0.2.1"}, "192.0.2.1:80", "", {}}};
    }
    ++rounds;
    return {.status = 204, .trace = {{"192.0.2.1"}, "192.0.2.1:80", "", {}}};
  };
  InProcess process;
  process.transport = transport;
  CHECK(process.run({"check", "--wait", "60s"}, clock) == 75);
  CHECK(process.err() == "metrics-event: error: http://localhost:3100/loki/api/v1/push did not "
                         "become ready within the "
                         "time of --wait: GET /ready answered 503, \"starting\"; wait longer\n");
  CHECK(latest <= start + 60s);
  CHECK(rounds > 25);
  CHECK(rounds < 60);
  CHECK(clock.steady_now() <= start + 60s);
  CHECK(clock.steady_now() > start + 59s);

  // Without --wait there is one round, and what is not ready may still take events.
  rounds = 0;
  CHECK(process.run({"check"}, clock) == 0);
  CHECK(rounds == 1);
}

TEST_CASE("a file is checked without leaving anything behind") {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "metrics.log").string();
  const Outcome possible = run_check({"--url", "file://" + path});
  CHECK(possible.status == 0);
  CHECK(findings(possible) == Words{"ok file can be appended to"});
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(findings(run_check({"--send", "--url", "file://" + path})) ==
        Words{"ok file received an event"});
  CHECK(read_file(path).ends_with("\"event\":\"metrics_event_check\"}\n"));
  const std::string size = read_file(path);
  CHECK(run_check({"--url", "file://" + path}).status == 0);
  CHECK(read_file(path) == size);

  const Outcome missing = run_check({"--url", "file:///nonexistent-directory/x"});
  CHECK(missing.status == 73);
  CHECK(missing.err == "metrics-event: error: cannot append to \"/nonexistent-directory/x\": its "
                       "directory is missing; create it\n");
}

TEST_CASE("settings that have their defaults are shown with --verbose only") {
  const CheckReport report{.settings = {{"url", "http://localhost", "default", true},
                                        {"retries", "2", "default", true},
                                        {"timeout", "7s", "--timeout"}}};
  CHECK(to_result(report, {}, {})
            .starts_with("settings\n  url      http://localhost  default\n"
                         "  timeout  7s                --timeout\n"
                         "  (1 other has its default; --verbose shows it)\n\nfindings\n"));
  CHECK(to_result(report, {}, {.has_defaults = true})
            .starts_with("settings\n  url      http://localhost  default\n"
                         "  retries  2                 default\n"
                         "  timeout  7s                --timeout\n\nfindings\n"));
  CHECK(to_result(report, {.output = Output::json}, {}).find("\"retries\"") != std::string::npos);
}

TEST_CASE("with --quiet, only what must be fixed is said") {
  const RawServer server{{{.reply = accepted}}};
  const Outcome fine = run_check({"--quiet", "--url", url_of(server.port())});
  CHECK(fine.status == 0);
  CHECK(fine.out.empty());
  CHECK(fine.err.empty());
  const ClosedPort closed;
  const Outcome bad = run_check({"--quiet", "--url", url_of(closed.port())});
  CHECK(bad.status == 69);
  CHECK(bad.out.empty());
  CHECK(std::ranges::count(bad.err, '\n') == 1);
}

TEST_CASE("on a terminal, --wait says what it waits for") {
  if (!Terminal::exist()) {
    MESSAGE("SKIPPED: no pseudo-terminals here");
    return;
  }
  const Behaviour busy{.reply = http_reply(503, "Service Unavailable", "starting\n")};
  const RawServer server{{busy, busy, {.reply = accepted}, {.reply = ready_reply}}};
  Terminal terminal{program, Invocation{.arguments = {"check", "--wait", "60s", "--url",
                                                      url_of(server.port()), "--config", "none"},
                                        .environment = {{"TERM", "xterm"}}}};
  terminal.expect("\rwaiting, ");
  terminal.expect(" left: an event would not be delivered to ");
  terminal.expect("\r\x1b[K");
  terminal.expect("an event would be delivered");
}

TEST_CASE("colour is for terminals") {
  const CheckReport report{
      .findings = {{"lookup", Finding::Result::ok, "x"}, {"tenant", Finding::Result::note, "y"}}};
  CHECK(to_result(report, {}, {}) ==
        "settings\n\nfindings\n  ok       lookup  x\n  note     tenant  "
        "y\n\nan event would be delivered\n");
  CHECK(to_result(report, {}, {.has_colour = true}) ==
        "settings\n\nfindings\n  \x1b[32mok     \x1b[0m  lookup  x\n  note     tenant  y\n\nan "
        "event would be delivered\n");
  const auto on_terminal = [](const std::string& environment) {
    const ClosedPort closed;
    const std::string line =
        "TERM=xterm " + environment + ' ' + program + " check --url " + url_of(closed.port());
    return run("/usr/bin/script", {.arguments = {"-qec", line, "/dev/null"}}).out;
  };
  if (!std::filesystem::exists("/dev/pts/ptmx")) {
    MESSAGE("SKIPPED: no terminals here");
    return;
  }
  CHECK(on_terminal("").find("\x1b[31mfailed") != std::string::npos);
  CHECK(on_terminal("NO_COLOR=1").find('\x1b') == std::string::npos);
  CHECK(on_terminal("TERM=dumb").find('\x1b') == std::string::npos);
}

TEST_CASE("whether asking works is a finding, and with --send --confirm the event must come back") {
  struct Row {
    Conduct query;
    std::string finding;
  };
  const std::string then = "; an event whose answer is lost may be stored twice";
  const Row rows[]{
      {{}, "ok query the receiver says whether it has an event"},
      {{.status = 403}, "warning query forbidden: HTTP status 403" + then},
      {{.status = 401}, "warning query forbidden: HTTP status 401" + then},
      {{.status = 404}, query_not_found},
      {web_page, "warning query not Loki: the answer is not that of a query API" + then}};
  for (const Row& row : rows) {
    CAPTURE(row.finding);
    StoringReceiver receiver{{.queries = {row.query}}};
    const Outcome outcome = run_check({"--url", receiver.push_url()});
    CHECK(outcome.status == 0);
    CHECK(findings(outcome).back() == row.finding);
    const bool is_good = row.finding.starts_with("ok");
    const Outcome confirmed = run_check({"--url", receiver.push_url(), "--send", "--confirm"});
    CHECK(confirmed.status == (is_good ? 0 : 75));
    CHECK(has_finding(confirmed, "ok query the event came back") == is_good);
  }
  StoringReceiver liar{{.queries = {{.lies = true}}}};
  const Outcome outcome =
      run_check({"--url", liar.push_url(), "--send", "--confirm", "--timeout", "1s"});
  CHECK(outcome.status == 75);
  CHECK(
      has_finding(outcome, "failed query accepted with HTTP status 204 but not found by a query"));
}

TEST_SUITE_END();
