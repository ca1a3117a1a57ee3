#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

Words installed(const Words& more) {
  Words words{"runner-installed", "--flavor", "small", "--duration", "12.5"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words to(const RawServer& server, const Words& more = {}) {
  Words words = installed({"--url", "http://127.0.0.1:" + std::to_string(server.port())});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Runs the program with the pipe of a reader that has gone as stdout.
Outcome run_unread(const Words& words) {
  const TemporaryDirectory directory;
  Words arguments{"-c", R"(mkfifo "$1"; exec 3<>"$1" 4>"$1" 3>&-; shift; exec "$@" >&4)", "sh",
                  (directory.path() / "pipe").string(), program};
  arguments.insert(arguments.end(), words.begin(), words.end());
  return run("/bin/sh", {.arguments = arguments,
                         .environment = {{"PATH", "/usr/bin:/bin"},
                                         {"METRICS_EVENT_CONFIG", "none"},
                                         {"XDG_STATE_HOME", directory.path()},
                                         one_attempt}});
}

const Behaviour accept{.reply = http_reply(204, "No Content")};
const Behaviour refuse{.reply = http_reply(400, "Bad Request", "no good\n")};

} // namespace

TEST_SUITE_BEGIN("streams");

TEST_CASE("an event is sent with any of the standard streams closed") {
  for (const std::vector<int>& closed :
       {std::vector<int>{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}}) {
    CAPTURE(closed.size());
    CAPTURE(closed.front());
    const RawServer server{{accept}};
    const Outcome outcome =
        run(program, {.arguments = to(server, {"--verbose"}), .closed = closed});
    CHECK(outcome.status == 0);
    REQUIRE(server.requests().size() == 1);
    CHECK(server.requests()[0].find("metrics-event:") == std::string::npos);
  }
}

TEST_CASE("diagnostics for a closed stderr go nowhere, not into the connection") {
  const RawServer server{{refuse}};
  const Outcome outcome = run(program, {.arguments = to(server), .closed = {0, 1, 2}});
  CHECK(outcome.status == 65);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].ends_with("}"));
}

TEST_CASE("data that cannot be written to stdout is 74") {
  for (const Words& words : {installed({"--dry-run"}), installed({"--dry-run", "--output", "json"}),
                             Words{"--help"}, Words{"--version"}}) {
    CAPTURE(words.front());
    const Outcome full = run(program, {.arguments = words, .stdout_path = "/dev/full"});
    CHECK(full.status == 74);
    CHECK(full.err == "metrics-event: error: cannot write to stdout: no space left on device\n");
    const Outcome closed = run(program, {.arguments = words, .closed = {1}});
    CHECK(closed.status == 74);
    CHECK(closed.err == "metrics-event: error: cannot write to stdout: bad file descriptor\n");
  }
}

TEST_CASE("a reader of help, of a list or of a dry run may stop reading") {
  const TemporaryDirectory directory;
  const std::string events = directory.path() / "events";
  write_file(events, "{\"event\":\"x\"}\n");
  for (const Words& words :
       {Words{"-h"}, Words{"--help"}, Words{"help", "options"}, Words{"version"}, Words{"schema"},
        Words{"schema", "runner-stop"}, Words{"completion", "bash"}, Words{"flush", "--list"},
        Words{"flush", "-n"}, Words{"batch", "-n", events}, installed({"-n"}),
        installed({"-no", "json"})}) {
    CAPTURE(words.back());
    const Outcome outcome = run_unread(words);
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
  }
  const RawServer bad{{refuse}};
  const Outcome check =
      run_unread({"check", "--url", "http://127.0.0.1:" + std::to_string(bad.port())});
  CHECK(check.status == 65);
  CHECK(check.err.find("broken pipe") == std::string::npos);
}

TEST_CASE("a result is not silently lost") {
  const RawServer server{{accept}};
  const Outcome outcome = run_unread(to(server, {"--output", "json"}));
  CHECK(outcome.status == 74);
  CHECK(outcome.err ==
        "metrics-event: error: cannot write to stdout: broken pipe; the event was delivered\n");
}

TEST_CASE("nothing is written to stdout when nothing is asked for, so a full one does no harm") {
  const RawServer server{{accept}};
  CHECK(run(program, {.arguments = to(server), .stdout_path = "/dev/full"}).status == 0);
}

TEST_CASE("a result that cannot be written is 74 for an event that is delivered, and else changes "
          "nothing") {
  const RawServer good{{accept}};
  const Outcome unwritten =
      run(program, {.arguments = to(good, {"--output", "json"}), .stdout_path = "/dev/full"});
  CHECK(unwritten.status == 74);
  CHECK(unwritten.err ==
        "metrics-event: error: cannot write to stdout: no space left on device; the "
        "event was delivered\n");
  CHECK(good.requests().size() == 1);
  const RawServer bad{{refuse}};
  CHECK(run(program, {.arguments = to(bad, {"--output", "json"}), .stdout_path = "/dev/full"})
            .status == 65);
}

TEST_CASE("a reader that goes away does not kill the program") {
  Background reader_gone{program, {.arguments = {"listen", "--port", "0"}}};
  const std::string announcement = reader_gone.read_error_line(20s);
  reader_gone.close_output();
  const std::string url = announcement.substr(announcement.rfind(' ') + 1);
  const Outcome sent =
      run(program, {.arguments = installed({"--url", url}), .environment = {one_attempt}});
  CHECK(sent.status == 75); // unanswered, because nobody has it
  const Outcome outcome = reader_gone.wait(20s);
  CHECK(outcome.status == 74);
  CHECK(outcome.err == "metrics-event: error: cannot write to stdout: broken pipe\n");
}

TEST_CASE("a receiver without stdout answers nobody, and writes into no connection") {
  Background listener{program, {.arguments = {"listen", "--port", "0"}, .closed = {1}}};
  const std::string announcement = listener.read_error_line(20s);
  const std::string url = announcement.substr(announcement.rfind(' ') + 1);
  CHECK(
      run(program, {.arguments = installed({"--url", url}), .environment = {one_attempt}}).status ==
      75);
  const Outcome outcome = listener.wait(20s);
  CHECK(outcome.status == 74);
  CHECK(outcome.err == "metrics-event: error: cannot write to stdout: bad file descriptor\n");
}

TEST_CASE("no environment at all is needed") {
  const RawServer server{{accept}};
  CHECK(run(program, {.arguments = to(server), .environment = {}}).status == 0);
}

TEST_SUITE_END();
