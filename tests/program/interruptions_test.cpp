// System calls that end for no reason of ours: EAGAIN although the descriptor was ready, EINTR. The
// call is made again, until the deadline and no longer.
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/strace.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

const Behaviour accept{.reply = http_reply(204, "No Content")};

Invocation event(const RawServer& server, const Words& more = {}) {
  Words words{"runner-installed", "--flavor", "small", "--url",
              "http://127.0.0.1:" + std::to_string(server.port())};
  words.insert(words.end(), more.begin(), more.end());
  return {.arguments = words,
          .environment = {one_attempt, {"METRICS_EVENT_CONFIG", "none"}},
          .limit = 60s};
}

// Nothing where a program cannot be traced.
std::optional<Outcome> run_faulty(const Fault& fault, const Invocation& invocation) {
  if (!std::filesystem::exists("/usr/bin/strace")) {
    MESSAGE("SKIPPED: there is no strace");
    return std::nullopt;
  }
  const FaultyRun faulty = run_with(fault, plain_program, invocation);
  if (!faulty.was_hit) {
    MESSAGE("SKIPPED: a program cannot be traced here");
    return std::nullopt;
  }
  return faulty.outcome;
}

} // namespace

TEST_SUITE_BEGIN("interruptions");

TEST_CASE("a call that is not ready after all, or is interrupted, is made again") {
  for (const std::string call : {"sendmsg", "recvfrom", "poll", "connect"}) {
    for (const std::string error : {"EAGAIN", "EINTR"}) {
      if (error == "EAGAIN" && (call == "poll" || call == "connect")) {
        continue; // these do not say so
      }
      CAPTURE(call);
      CAPTURE(error);
      const RawServer server{{accept}};
      const auto outcome =
          run_faulty({call, 1, "error=" + error}, event(server, {"--duration", "1"}));
      // A connect(2) that was not made leads to no connection.
      if (outcome && call != "connect") {
        CHECK(outcome->err == "");
        CHECK(outcome->status == 0);
      }
    }
  }
}

TEST_CASE("a call that is never ready ends at the deadline") {
  for (const std::string call : {"sendmsg", "recvfrom"}) {
    CAPTURE(call);
    const RawServer server{{accept}};
    const auto outcome = run_faulty({.call = call, .effect = "error=EAGAIN", .is_repeated = true},
                                    event(server, {"--duration", "1", "--timeout", "500ms"}));
    if (outcome) {
      CHECK(outcome->err.find("no answer in time") != std::string::npos);
      CHECK(outcome->status == 75);
    }
  }
}

TEST_CASE("COMMAND is reaped although waiting for it is interrupted") {
  const RawServer server{{accept}};
  const auto outcome =
      run_faulty({"wait4", 1, "error=EINTR"},
                 event(server, {"--on", "always", "--", "/bin/sh", "-c", "exit 7"}));
  if (outcome) {
    CHECK(outcome->err == "");
    CHECK(outcome->status == 7);
    CHECK(server.requests().size() == 1);
  }
}

TEST_SUITE_END();
