// What SIGINT, SIGTERM and SIGHUP do while an event is on its way.

#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <semaphore>
#include <thread>

using namespace metrics_event::testing;
using namespace std::chrono_literals;

namespace {

const std::string push_path = "/loki/api/v1/push";

Invocation event(std::uint16_t port) {
  return {.arguments = {"runner-installed", "--flavor", "small", "--duration", "1", "--timeout",
                        "1h", "--url", "http://127.0.0.1:" + std::to_string(port)}};
}

// The request is there, so the program waits for its answer.
void await_request(const RawServer& server) {
  while (server.requests().empty()) {
    std::this_thread::yield();
  }
}

} // namespace

TEST_SUITE_BEGIN("signals");

TEST_CASE("a signal ends the wait for an answer at once, with 128 and its number") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(number);
    const RawServer silent{{{.then_close = false}}};
    Background waiting{program, event(silent.port())};
    await_request(silent);
    waiting.signal(number);
    const Outcome outcome = waiting.wait(20s);
    CHECK(outcome.status == 128 + number);
    CHECK(outcome.err == "metrics-event: error: cannot deliver runner_installed to "
                         "http://127.0.0.1:" +
                             std::to_string(silent.port()) + push_path +
                             ": the attempt was interrupted; it may have been stored\n");
    CHECK(silent.requests().size() == 1);
  }
}

TEST_CASE("a signal ends the wait that the receiver asked for, and there is no further attempt") {
  const RawServer busy{{{.reply = http_reply(429, "Too Many Requests", "", {"Retry-After: 600"})}}};
  Background waiting{program, event(busy.port())};
  await_request(busy);
  waiting.signal(SIGTERM);
  CHECK(waiting.wait(20s).status == 128 + SIGTERM);
  CHECK(busy.requests().size() == 1);
}

TEST_CASE("best effort does not excuse a signal, and the result object has its status") {
  const RawServer silent{{{.then_close = false}}};
  Invocation invocation = event(silent.port());
  invocation.arguments.insert(invocation.arguments.end(), {"--best-effort", "--output", "json"});
  Background waiting{program, invocation};
  await_request(silent);
  waiting.signal(SIGTERM);
  const Outcome outcome = waiting.wait(20s);
  CHECK(outcome.status == 128 + SIGTERM);
  CHECK(outcome.out.find(R"("status":"failed","exit_code":143,)") != std::string::npos);
  CHECK(outcome.out.find(R"("error":{"kind":"signal",)") != std::string::npos);
}

TEST_CASE("a signal that whoever started it ignores stays ignored") {
  std::binary_semaphore is_signalled{0};
  const RawServer slow{{{.answer = [&is_signalled](const std::string&) {
    is_signalled.acquire();
    return http_reply(204, "No Content");
  }}}};
  Invocation invocation = event(slow.port());
  invocation.arguments.insert(invocation.arguments.begin(),
                              {"-c", "trap '' HUP; exec \"$@\"", "sh", program});
  Background sending{"/bin/sh", invocation};
  await_request(slow);
  sending.signal(SIGHUP);
  is_signalled.release();
  CHECK(sending.wait(20s).status == 0);
}

TEST_SUITE_END();
