// Events that are in the spool while their senders still try to deliver them, by the program itself
// against real sockets.

#include "support/process.hpp"
#include "support/program.hpp"
#include "support/pushed.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

const Behaviour silent{.then_close = false};
const Behaviour good{.reply = http_reply(204, "No Content")};

// A spool, and a receiver that does not answer the first push and accepts the others.
struct Scene {
  TemporaryDirectory directory;
  fs::path spool = directory.path() / "spool";
  RawServer server{{silent, good}};

  Invocation invocation(Words words) const {
    const Words common{"--spool=" + spool.string(), "--config", "none"};
    words.insert(words.begin() + 1, common.begin(), common.end());
    return {.arguments = std::move(words)};
  }

  Invocation event(const Words& more = {}) const {
    Words words{"runner-installed",
                "--flavor",
                "small",
                "--duration",
                "1",
                "--url",
                "http://127.0.0.1:" + std::to_string(server.port()),
                "--timeout",
                "60s"};
    words.insert(words.end(), more.begin(), more.end());
    return invocation(words);
  }

  Outcome flush(const Words& more = {}) const {
    Words words{"flush"};
    words.insert(words.end(), more.begin(), more.end());
    return run(program, invocation(words));
  }

  std::ptrdiff_t files(const char* box) const {
    std::error_code missing;
    return std::distance(fs::directory_iterator{spool / box, missing}, fs::directory_iterator{});
  }

  // Waits until an event is in trying/.
  void await_trying() const {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (files("trying") == 0) {
      if (std::chrono::steady_clock::now() > end) {
        throw std::runtime_error{"no event is in trying/"};
      }
      std::this_thread::yield();
    }
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_SUITE_BEGIN("trying");

TEST_CASE("an event that waits for an answer is in the spool, and its sender's alone") {
  for (const Words& command : {Words{}, Words{"--", "/bin/true"}}) {
    const Scene scene;
    Background sender{program, scene.event(command)};
    scene.await_trying();
    CHECK(has(scene.flush({"--list"}).out, " trying "));
    CHECK(has(scene.flush({"--list", "--output", "json"}).out, R"("trying":true,)"));
    CHECK(scene.flush().out == "delivered 0, refused 0, left 0\n");
    CHECK(scene.flush({"--drop", "--all"}).out == "dropped 0, left 0\n");
    CHECK(scene.files("trying") == 1);

    sender.signal(SIGTERM);
    const Outcome outcome = sender.wait(20s);
    CHECK(outcome.status == (command.empty() ? 128 + SIGTERM : 0)); // COMMAND's own
    CHECK(has(outcome.err, "kept in the spool \"" + scene.spool.string() + "\": "));
    CHECK(scene.files("trying") == 0);
    CHECK(scene.files("new") == 1);
  }
}

TEST_CASE("a flush takes over the event of a sender that was killed") {
  const Scene scene;
  Background sender{program, scene.event()};
  scene.await_trying();
  sender.signal(SIGKILL);
  CHECK(sender.wait(20s).status == 128 + SIGKILL);
  CHECK(scene.files("trying") == 1);

  const Outcome outcome = scene.flush({"--output", "json"});
  CHECK(outcome.status == 0);
  CHECK(has(outcome.out, R"("delivered":1,)"));
  CHECK(has(outcome.out, R"("repeated":1,)")); // this receiver cannot be asked
  CHECK(scene.files("trying") == 0);
  CHECK(scene.files("new") == 0);
  const Words requests = scene.server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(pushed_entries({requests[0]}) == pushed_entries({requests[1]}));
}

TEST_CASE("the event of a sender that was killed can be dropped") {
  const Scene scene;
  Background sender{program, scene.event()};
  scene.await_trying();
  sender.signal(SIGKILL);
  sender.wait(20s);
  CHECK(scene.flush({"--drop", "--event", "runner-start"}).out == "dropped 0, left 1\n");
  CHECK(scene.flush({"--drop", "--event", "runner-installed"}).out == "dropped 1, left 0\n");
  CHECK(scene.flush({"--list"}).out.empty());
}

TEST_CASE("an event that is answered at once makes no spool") {
  const TemporaryDirectory directory;
  const RawServer server{{good}};
  const fs::path spool = directory.path() / "spool";
  const Outcome outcome =
      run(program, {.arguments = {"runner-installed", "--flavor", "small", "--duration", "1",
                                  "--url", "http://127.0.0.1:" + std::to_string(server.port()),
                                  "--spool=" + spool.string(), "--config", "none"}});
  CHECK(outcome.status == 0);
  CHECK_FALSE(fs::exists(spool));
}

TEST_CASE("a signal puts a batch whose receiver is silent into the spool at once") {
  const Scene scene;
  const std::string line = R"({"event":"runner_installed","flavor":"small","duration":1})";
  Invocation invocation =
      scene.invocation({"batch", "--url", "http://127.0.0.1:" + std::to_string(scene.server.port()),
                        "--timeout", "1h"});
  invocation.input = line + '\n' + line + '\n';
  Background batch{program, invocation};
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (scene.server.requests().empty() && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  batch.signal(SIGTERM);
  const Outcome outcome = batch.wait(20s);
  CHECK(outcome.status == 128 + SIGTERM);
  CHECK(outcome.err == "metrics-event: error: interrupted; delivered 0, spooled 2, refused 0, "
                       "invalid 0; lines from 3 on were not sent\n");
  CHECK(scene.files("new") == 1);
}

TEST_SUITE_END();
