// Events that are kept and flushed, by the program itself against real sockets.

#include "spool/record.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"
#include "support/terminal.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <csignal>
#include <thread>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

const std::string accepted = http_reply(204, "No Content");

std::string at(std::uint16_t port, const std::string& path = "/loki/api/v1/push") {
  return "http://127.0.0.1:" + std::to_string(port) + path;
}

// A spool of its own, and the program with it.
struct Scene {
  TemporaryDirectory directory;
  fs::path spool = directory.path() / "spool";

  Invocation invocation(Words words, const Variables& variables = {}) const {
    words.push_back("--spool=" + spool.string());
    Variables all = variables;
    all.insert({one_attempt, {"METRICS_EVENT_CONFIG", "none"}});
    return {.arguments = std::move(words), .environment = all};
  }
  Invocation event(const std::string& url, const Words& more = {},
                   const Variables& variables = {}) const {
    Words words{"runner-installed", "--flavor", "small", "--duration", "1", "--url", url};
    words.insert(words.end(), more.begin(), more.end());
    return invocation(words, variables);
  }
  Outcome send(const std::string& url, const Words& more = {},
               const Variables& variables = {}) const {
    return run(program, event(url, more, variables));
  }
  Outcome flush(const Words& more = {}, const Variables& variables = {}) const {
    Words words{"flush"};
    words.insert(words.end(), more.begin(), more.end());
    return run(program, invocation(words, variables));
  }
  std::vector<std::string> files(const char* box) const {
    std::vector<std::string> texts;
    if (fs::exists(spool / box)) {
      for (const auto& file : fs::directory_iterator{spool / box}) {
        texts.push_back(read_file(file.path()));
      }
    }
    return texts;
  }
  std::size_t waiting() const { return files("new").size(); }
};

std::string kept_in(const Scene& scene) {
  return "kept in the spool \"" + scene.spool.string() + "\": cannot deliver runner_installed to ";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_SUITE_BEGIN("flush");

TEST_CASE("what cannot be delivered now is kept with one warning, and flushed as it was") {
  const Scene scene;
  const ClosedPort closed;
  const Outcome sent = scene.send(
      at(closed.port()), {"--org-id", "team", "--label", "env=x", "--metadata", "trace=1"});
  CHECK(sent.status == 0);
  CHECK(sent.out.empty());
  CHECK(sent.err == "metrics-event: warning: " + kept_in(scene) + at(closed.port()) +
                        ": 127.0.0.1:" + std::to_string(closed.port()) +
                        ": connection refused; check that the receiver is running\n");
  REQUIRE(scene.waiting() == 1);
  // It goes where it was meant to go, so that must be another receiver's port for this test.
  std::string text = scene.files("new").front();
  const RawServer server{{{.reply = accepted}}};
  const std::string name = fs::directory_iterator {
    scene.spool / "new"
    } -> path();
  text.replace(text.find(at(closed.port())), at(closed.port()).size(), at(server.port()));
  write_file(name, text);

  const Outcome flushed = scene.flush();
  CHECK(flushed.status == 0);
  CHECK(flushed.out == "delivered 1, refused 0, left 0\n");
  CHECK(flushed.err.empty());
  REQUIRE(server.requests().size() == 1);
  const std::string request = server.requests().front();
  CHECK(has(request, "\r\nX-Scope-OrgID: team\r\n"));
  const auto record = metrics_event::decode_record(text);
  const std::string line = record->entries.at(0).line;
  std::string escaped;
  for (const char c : line) {
    escaped += c == '"' ? "\\\"" : std::string{c};
  }
  CHECK(request.ends_with(R"({"streams":[{"stream":{"env":"x","job":"metrics"},"values":[[")" +
                          metrics_event::unix_nanoseconds(record->entries.at(0).time) + R"(",")" +
                          escaped + R"(",{"trace":"1"}]]}]})"));
  CHECK(scene.waiting() == 0);
  CHECK(scene.flush().out == "delivered 0, refused 0, left 0\n");
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a flush says on a terminal how long it took") {
  if (!Terminal::exist()) {
    MESSAGE("SKIPPED: no pseudo-terminals here");
    return;
  }
  const Scene scene;
  const ClosedPort closed;
  REQUIRE(scene.send(at(closed.port())).status == 0);
  Terminal terminal{program, scene.invocation({"flush", "--timeout", "1s"})};
  terminal.expect("delivered 0, refused 0, left 1 in ");
  terminal.expect(" s\r\n");
}

TEST_CASE("the result object says that an event is spooled, and why") {
  const Scene scene;
  const ClosedPort closed;
  const Outcome outcome = scene.send(at(closed.port()), {"--output", "json", "-q"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.starts_with(R"({"status":"spooled","exit_code":0,)"));
  CHECK(has(outcome.out, R"("error":{"kind":"unavailable",)"));
}

TEST_CASE("what somebody has to fix is kept as well, and still is an error") {
  const std::pair<std::string, int> rows[]{{http_reply(401, "Unauthorized"), 77},
                                           {http_reply(260, "Blocked"), 77},
                                           {http_reply(404, "Not Found"), 76},
                                           {"hello\n", 76}};
  for (const auto& [reply, status] : rows) {
    const Scene scene;
    const RawServer server{{{.reply = reply}}};
    const Outcome outcome = scene.send(at(server.port()), {"--output", "json"});
    CHECK(outcome.status == status);
    CHECK(outcome.err.starts_with("metrics-event: error: " + kept_in(scene)));
    CHECK(outcome.out.starts_with(R"({"status":"spooled","exit_code":)" + std::to_string(status)));
    CHECK(scene.waiting() == 1);
    CHECK(scene.flush().status == status);
    CHECK(scene.waiting() == 1);
    CHECK(scene.send(at(server.port()), {"--best-effort"}).status == 0);
  }
  const Scene scene;
  const Outcome outcome = scene.send(
      "http://127.0.0.1:1", {"--username", "x", "--password-file", scene.spool / "missing"});
  CHECK(outcome.status == 66);
  CHECK(scene.waiting() == 1);
}

TEST_CASE("what the receiver refuses is not kept: the caller knows") {
  const Scene scene;
  const RawServer server{{{.reply = http_reply(400, "Bad Request", "too bad\n")}}};
  const Outcome outcome = scene.send(at(server.port()));
  CHECK(outcome.status == 65);
  CHECK(outcome.err.starts_with("metrics-event: error: cannot deliver runner_installed"));
  CHECK(scene.waiting() == 0);
}

TEST_CASE("a signal leaves the event in the spool") {
  const Scene scene;
  const RawServer silent{{{.then_close = false}}};
  Background sending{program, scene.event(at(silent.port()), {"--timeout", "1h"})};
  while (silent.requests().empty()) {
    std::this_thread::yield();
  }
  sending.signal(SIGTERM);
  const Outcome outcome = sending.wait(20s);
  CHECK(outcome.status == 128 + SIGTERM);
  CHECK(outcome.err == "metrics-event: error: " + kept_in(scene) + at(silent.port()) +
                           ": the attempt was interrupted; it may have been stored\n");
  CHECK(scene.waiting() == 1);
}

TEST_CASE("a signal ends a flush, and what was not delivered stays") {
  const Scene scene;
  const RawServer server{{{.then_close = false}}};
  REQUIRE(scene.send(at(server.port()), {"--timeout", "300ms"}).status == 0);
  const std::size_t before = server.requests().size();
  Background flushing{program, scene.invocation({"flush", "--timeout", "1h"})};
  while (server.requests().size() == before) {
    std::this_thread::yield();
  }
  flushing.signal(SIGINT);
  const Outcome outcome = flushing.wait(20s);
  CHECK(outcome.status == 128 + SIGINT);
  CHECK(outcome.out == "delivered 0, refused 0, left 1\n");
  CHECK(outcome.err.ends_with("metrics-event: error: the flush was interrupted\n"));
  CHECK(scene.waiting() == 1);
}

TEST_CASE("an event that arrives takes along what waits for the same receiver") {
  const Scene scene;
  const ClosedPort closed;
  const RawServer server{{{.reply = http_reply(429, "Too Many Requests")},
                          {.reply = http_reply(429, "Too Many Requests")},
                          {.reply = accepted}}};
  const std::string url = at(server.port());
  for (int i = 0; i < 2; ++i) {
    REQUIRE(scene.send(url).status == 0);
  }
  REQUIRE(scene.send(at(closed.port())).status == 0);
  REQUIRE(scene.waiting() == 3);
  const Outcome outcome = scene.send(url);
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  REQUIRE(server.requests().size() == 4); // two in vain, the event, one push of both
  CHECK(scene.waiting() == 1);
}

TEST_CASE("a drain that fails is no failure of the event that arrived") {
  const Scene scene;
  const RawServer server{{{.reply = http_reply(429, "Too Many Requests")},
                          {.reply = accepted},
                          {.reply = http_reply(500, "Internal Server Error")}}};
  REQUIRE(scene.send(at(server.port())).status == 0);
  const Outcome outcome = scene.send(at(server.port()));
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(server.requests().size() == 3);
  CHECK(scene.waiting() == 1);
}

TEST_CASE("credentials and headers go to the configured server and to no other") {
  const Scene scene;
  const Behaviour busy{.reply = http_reply(503, "Service Unavailable")};
  const RawServer ours{{busy, busy, {.reply = accepted}}};
  const RawServer theirs{{busy, {.reply = accepted}}};
  REQUIRE(scene.send(at(ours.port())).status == 0);
  REQUIRE(scene.send(at(ours.port(), "/other/push")).status == 0);
  REQUIRE(scene.send(at(theirs.port())).status == 0);
  const Outcome outcome =
      scene.flush({"--url", at(ours.port()), "--username", "me", "--header", "X-Key: value"},
                  {{"METRICS_EVENT_PASSWORD", "secret-word"}});
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "delivered 3, refused 0, left 0\n");
  REQUIRE(ours.requests().size() == 4);
  for (const std::size_t i : {2U, 3U}) {
    CHECK(has(ours.requests()[i], "\r\nAuthorization: Basic "));
    CHECK(has(ours.requests()[i], "\r\nX-Key: value\r\n"));
  }
  REQUIRE(theirs.requests().size() == 2);
  CHECK_FALSE(has(theirs.requests()[1], "Authorization"));
  CHECK_FALSE(has(theirs.requests()[1], "X-Key"));
}

TEST_CASE("no secret is in the spool, so a query needs the whole URL again") {
  const Scene scene;
  const RawServer server{{{.reply = http_reply(503, "Service Unavailable")}, {.reply = accepted}}};
  const std::string url = at(server.port(), "/push?stream=x&token=secret-word");
  const Outcome sent =
      scene.send("http://me:secret-pass@" + url.substr(7), {"--header", "X-Key: secret-key"});
  REQUIRE(sent.status == 0);
  CHECK_FALSE(has(sent.err, "secret-word"));
  REQUIRE(scene.waiting() == 1);
  CHECK_FALSE(has(scene.files("new").front(), "secret"));

  const Outcome without = scene.flush();
  CHECK(without.status == 78);
  CHECK(without.err == "metrics-event: error: the values in the query of " +
                           at(server.port(), "/push?stream=…&token=…") +
                           " are not kept in the spool; give the whole URL with --url\n");
  CHECK(scene.waiting() == 1);
  CHECK(scene.flush({"--url", url}).status == 0);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1].starts_with("POST /push?stream=x&token=secret-word HTTP/1.1\r\n"));
}

TEST_CASE("--wait goes on until nothing is left") {
  const Scene scene;
  const Behaviour busy{.reply = http_reply(503, "Service Unavailable")};
  const RawServer server{{busy, busy, busy, busy, {.reply = accepted}}};
  REQUIRE(scene.send(at(server.port())).status == 0);
  const Outcome outcome = scene.flush({"--wait", "1h"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "delivered 1, refused 0, left 0\n");
  CHECK(server.requests().size() == 5);
}

TEST_CASE("--wait ends with its time, and at once with what does not pass") {
  const Scene scene;
  const RawServer server{
      {{.reply = http_reply(503, "Service Unavailable")},
       {.reply = http_reply(503, "Service Unavailable", "", {"Retry-After: 60"})},
       {.reply = http_reply(401, "Unauthorized")}}};
  REQUIRE(scene.send(at(server.port())).status == 0);
  CHECK(scene.flush({"--wait", "1s"}).status == 75); // the receiver asks for a minute
  CHECK(scene.flush({"--wait", "1h"}).status == 77);
  CHECK(server.requests().size() == 3);
  CHECK(scene.waiting() == 1);
}

TEST_CASE("what is refused is put aside, listed with its reason, and can be dropped") {
  const Scene scene;
  const RawServer server{{{.reply = http_reply(503, "Service Unavailable")},
                          {.reply = http_reply(400, "Bad Request", "no such label\n")}}};
  REQUIRE(scene.send(at(server.port())).status == 0);
  const Outcome outcome = scene.flush();
  CHECK(outcome.status == 65);
  CHECK(outcome.out == "delivered 0, refused 1, left 0\n");
  CHECK(has(outcome.err,
            "refused runner_installed, which is kept as \"" + (scene.spool / "refused/").string()));
  CHECK(outcome.err.ends_with("metrics-event: error: 1 event was refused; see metrics-event flush "
                              "--list --refused\n"));
  const Outcome listed = scene.flush({"--list", "--refused"});
  CHECK(listed.status == 0);
  CHECK(has(listed.out, "HTTP status 400, \"no such label\""));
  CHECK(scene.flush({"--list"}).out.empty());
  CHECK(scene.flush({"--drop", "--refused", "--all"}).out == "dropped 1, left 0\n");
  CHECK(scene.files("refused").empty());
}

TEST_CASE("what waits can be listed and dropped by event and age") {
  const Scene scene;
  const ClosedPort closed;
  const std::string url = at(closed.port());
  REQUIRE(scene.send(url).status == 0);
  REQUIRE(
      run(program, scene.invocation({"reconciliation", "--flavor", "small", "--crashed-runners",
                                     "0", "--idle-runners", "1", "--duration", "2", "--url", url,
                                     "--timestamp", "1700000000", "--entry-time", "event", "-q"}))
          .status == 0);
  const Outcome listed = scene.flush({"--list", "--older-than", "7d"});
  CHECK(has(listed.out, "\n\n1 entry, "));
  CHECK(listed.out.ends_with(" bytes of 16 MiB\n"));
  CHECK(has(listed.out, "d 1         reconciliation      " + url + '\n'));
  const Outcome json = scene.flush({"--list", "--output", "json"});
  CHECK(json.out.starts_with(R"({"spool":")" + scene.spool.string() + R"(","entries":[{"file":")"));
  CHECK(has(json.out, R"(],"exit_code":0,"count":2,"bytes":)"));
  CHECK(json.out.ends_with(R"("entries":2}],"error":null})"
                           "\n"));
  CHECK(std::ranges::count(json.out, '\n') == 1);
  CHECK(scene.flush({"--drop", "--event", "reconciliation"}).out == "dropped 1, left 1\n");
  CHECK(scene.flush({"--drop", "--older-than", "1h"}).out == "dropped 0, left 1\n");
  CHECK(scene.flush({"--drop", "--all", "--output", "json"}).out.find(R"("dropped":1,)") !=
        std::string::npos);
  CHECK(scene.waiting() == 0);
}

TEST_CASE("one flush at a time: another waits, and gives up when its time is over") {
  const Scene scene;
  const ClosedPort closed;
  REQUIRE(scene.send(at(closed.port())).status == 0);
  const Descriptor holder{open((scene.spool / "lock").c_str(), O_RDONLY | O_CLOEXEC)};
  REQUIRE(flock(holder.get(), LOCK_EX) == 0);
  for (const Words& words : {Words{}, {"--drop", "--all"}}) {
    Words all = words;
    all.insert(all.end(), {"--timeout", "200ms"});
    const Outcome outcome = scene.flush(all);
    CHECK(outcome.status == 75);
    CHECK(outcome.err == "metrics-event: error: another flush is working on the spool \"" +
                             scene.spool.string() + "\"; try again later\n");
  }
  CHECK(scene.waiting() == 1);
  CHECK(scene.flush({"--list"}).status == 0); // only looks
}

TEST_CASE("best effort excuses what stops a flush, and says it") {
  const Scene scene;
  const ClosedPort closed;
  REQUIRE(scene.send(at(closed.port())).status == 0);
  const Outcome outcome = scene.flush({"--best-effort", "--output", "json"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.starts_with("metrics-event: warning: cannot deliver the events waiting for "));
  CHECK(outcome.out.starts_with(R"({"exit_code":0,)"));
  CHECK(has(outcome.out, R"("left":1,)"));
  CHECK(has(outcome.out, R"("error":{"kind":"unavailable",)"));
}

TEST_CASE("a dry run and a disabled tool leave the spool alone") {
  const Scene scene;
  const ClosedPort closed;
  CHECK(scene.send(at(closed.port()), {"--dry-run"}).status == 0);
  CHECK(scene.send(at(closed.port()), {"--disabled"}).status == 0);
  CHECK_FALSE(fs::exists(scene.spool));
}

TEST_CASE("a dry run lists what a flush would send, or drop, and changes nothing") {
  const Scene scene;
  const ClosedPort closed;
  REQUIRE(scene.send(at(closed.port())).status == 0);
  REQUIRE(scene.send(at(closed.port())).status == 0);
  const auto last_line = [](const std::string& text) {
    return text.substr(text.rfind('\n', text.size() - 2) + 1);
  };
  const Outcome sent = scene.flush({"-n"});
  CHECK(sent.status == 0);
  CHECK(sent.err.empty());
  CHECK(sent.out.starts_with("AGE "));
  CHECK(last_line(sent.out) == "would send 2\n");
  CHECK(last_line(scene.flush({"--drop", "--all", "-n"}).out) == "would drop 2\n");
  CHECK(last_line(scene.flush({"--drop", "--event", "other", "-n"}).out) == "would drop 0\n");
  CHECK(scene.flush({"--dry-run", "--output", "json"}).out.starts_with(R"({"spool":")"));
  CHECK(scene.waiting() == 2);
}

TEST_CASE("a quiet flush prints its result only as JSON") {
  const Scene scene;
  REQUIRE(scene.send(at(ClosedPort{}.port()), {"-q"}).status == 0);
  const Outcome quiet = scene.flush({"--drop", "--all", "-q"});
  CHECK(quiet.status == 0);
  CHECK(quiet.out.empty());
  CHECK(quiet.err.empty());
  CHECK(has(scene.flush({"-q", "--output", "json"}).out, "\"left\":0"));
  CHECK(scene.flush().out == "delivered 0, refused 0, left 0\n");
}

TEST_SUITE_END();
