// Each event is stored once when answers are lost, or the caller is told how many may be there
// twice. The receiver forgets repetitions as the real ones do.
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/storing_receiver.hpp"
#include "support/strace.hpp"
#include "support/temporary.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

constexpr auto patience = std::chrono::seconds{120};

Outcome run_at(const StoringReceiver& receiver, Words arguments, const std::string& input = "") {
  const Words more{"--config", "none", "--output", "json", "--url", receiver.push_url()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(program, {.arguments = arguments, .input = input, .limit = patience});
}

Words event(Words more = {}) {
  more.insert(more.begin(), {"send", "deployed", "version=1.2.3"});
  return more;
}

// Events a millisecond apart, the last one now.
std::string lines(std::size_t count, std::size_t padding = 0) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const auto time = now - static_cast<long>(count) + static_cast<long>(i);
    text += R"({"timestamp":)" + std::to_string(time / 1000) + '.' +
            std::to_string(1000 + time % 1000).substr(1) + R"(,"event":"e","n":)" +
            std::to_string(i) + R"(,"x":")" + std::string(padding, 'x') + "\"}\n";
  }
  return text;
}

// The value of a number in a result object; -1 when there is none.
long number(const Outcome& outcome, const std::string& name) {
  const std::string key = '"' + name + "\":";
  const std::size_t found = outcome.out.find(key);
  const std::string value =
      found == std::string::npos ? "null" : outcome.out.substr(found + key.size());
  return value.starts_with("null") ? -1 : std::stol(value);
}

void check_counts(const Outcome& outcome, long delivered, long repeated = 0) {
  CAPTURE(outcome.err);
  CAPTURE(outcome.out);
  CHECK(number(outcome, "delivered") == delivered);
  CHECK(number(outcome, "repeated") == repeated);
}

// Every `nth` answer gets lost after the push was stored.
std::vector<Conduct> losing_every(std::size_t nth, std::size_t pushes) {
  std::vector<Conduct> script(pushes);
  for (std::size_t i = nth - 1; i < pushes; i += nth) {
    script[i] = lost_answer;
  }
  script.emplace_back();
  return script;
}

// Others that write into the same stream, so that Loki's block of it is a new one.
void fill_block(const StoringReceiver& receiver) {
  const Outcome others = run_at(receiver, {"batch"}, lines(300, 1000));
  REQUIRE(others.status == 0);
}

} // namespace

TEST_SUITE_BEGIN("exactly once");

TEST_CASE("an event whose answer got lost is asked for, and delivered") {
  for (const StoreKind kind : {StoreKind::loki, StoreKind::victoria_logs}) {
    CAPTURE(kind);
    StoringReceiver receiver{{.store = {.kind = kind, .delay = 0ms}, .pushes = {lost_answer}}};
    const Outcome outcome = run_at(receiver, event());
    CHECK(outcome.status == 0);
    check_counts(outcome, 1);
    CHECK(outcome.err.empty());
    receiver.await_quiet();
    CHECK(receiver.stored() == 1);
    CHECK(receiver.pushes().size() == 1);
    CHECK(receiver.queries().size() == 1);
  }
}

TEST_CASE("an event that an error of the server left in doubt is asked for") {
  for (const bool stores : {true, false}) {
    CAPTURE(stores);
    StoringReceiver receiver{
        {.pushes = {{.status = 500, .body = "context canceled\n", .stores = stores}, {}}}};
    const Outcome outcome = run_at(receiver, event());
    CHECK(outcome.status == 0);
    check_counts(outcome, 1);
    receiver.await_quiet();
    CHECK(receiver.stored() == 1);
    CHECK(receiver.pushes().size() == (stores ? 1 : 2));
  }
}

TEST_CASE("an event that is absent is sent again, and nothing is counted as repeated") {
  StoringReceiver receiver{{.pushes = {{.answer_bytes = 0, .stores = false}, {}}}};
  const Outcome outcome = run_at(receiver, event());
  CHECK(outcome.status == 0);
  check_counts(outcome, 1);
  receiver.await_quiet();
  CHECK(receiver.stored() == 1);
  CHECK(receiver.pushes().size() == 2);
}

TEST_CASE("where nobody can be asked, an event that may be there twice is counted and said") {
  const Conduct refusals[]{{.status = 403},
                           {.status = 404},
                           {.status = 400, .body = "parse error\n"},
                           {.status = 401, .body = "no org id\n"},
                           web_page,
                           {.status = 200, .body = "{}", .type = "application/json"}};
  for (const Conduct& refusal : refusals) {
    CAPTURE(refusal.status);
    StoringReceiver receiver{{.pushes = {lost_answer, {}}, .queries = {refusal}}};
    fill_block(receiver);
    receiver.script_pushes({lost_answer, {}});
    const Outcome outcome = run_at(receiver, event());
    CHECK(outcome.status == 0);
    check_counts(outcome, 1, 1);
    CHECK(outcome.err.starts_with("metrics-event: warning: 1 event may be stored twice"));
  }
}

TEST_CASE(
    "a slow answer to a query is waited for, and a lie costs no copy while Loki recognises it") {
  StoringReceiver slow{{.pushes = {lost_answer, {}}, .queries = {{.delay = 300ms}}}};
  check_counts(run_at(slow, event()), 1);
  slow.await_quiet();
  CHECK(slow.pushes().size() == 1);
  StoringReceiver liar{{.pushes = {lost_answer, {}}, .queries = {{.lies = true}}}};
  check_counts(run_at(liar, event()), 1);
  liar.await_quiet();
  CHECK(liar.pushes().size() == 2);
  CHECK(liar.stored() == 1);
}

TEST_CASE("an event of which the receiver says nothing is kept as possibly stored, and asked for "
          "by a flush") {
  const Conduct silences[]{{.status = 503}, {.status = 429}, {.answer_bytes = 0}, {.hangs = true}};
  for (const bool stores : {true, false}) {
    for (const Conduct& silence : silences) {
      CAPTURE(stores);
      CAPTURE(silence.status);
      const TemporaryDirectory files;
      const std::string spool = "--spool=" + (files.path() / "spool").string();
      StoringReceiver receiver{
          {.pushes = {{.answer_bytes = 0, .stores = stores}, {}}, .queries = {silence}}};
      const Outcome lost = run_at(receiver, event({"--timeout", "400ms"}));
      CHECK(lost.status == 75);
      CHECK(lost.out.find("it may have been stored") != std::string::npos);
      receiver.script_pushes({{.answer_bytes = 0, .stores = stores}, {}});
      const Outcome kept = run_at(receiver, event({"--timeout", "400ms", spool}));
      CHECK(kept.status == 0);
      CHECK(number(kept, "spooled") == 1);
      receiver.await_quiet();
      CHECK(receiver.pushes().size() == 2); // none of them twice
      receiver.script_queries({});
      const Outcome flushed = run_at(receiver, {"flush", spool});
      CHECK(flushed.status == 0);
      check_counts(flushed, 1);
      receiver.await_quiet();
      CHECK(receiver.stored() == (stores ? 2 : 1));
      CHECK(receiver.duplicates() == 0);
    }
  }
}

TEST_CASE("a batch of many is stored exactly while answers get lost") {
  constexpr std::size_t events = 20'000;
  StoringReceiver receiver{{.pushes = losing_every(3, 40)}};
  const Outcome outcome = run_at(receiver, {"batch"}, lines(events));
  CHECK(outcome.status == 0);
  check_counts(outcome, events);
  receiver.await_quiet();
  CHECK(receiver.stored() == events);
  CHECK(receiver.duplicates() == 0);
}

TEST_CASE("a batch into a stream that many others write to is stored exactly") {
  StoringReceiver receiver;
  const std::string text = lines(12'000, 500);
  REQUIRE(run_at(receiver, {"batch"}, lines(12'000)).status == 0);
  receiver.script_pushes(losing_every(2, 40));
  const Outcome outcome = run_at(receiver, {"batch"}, text);
  CHECK(outcome.status == 0);
  check_counts(outcome, 12'000);
  receiver.await_quiet();
  CHECK(receiver.duplicates() == 0);
  CHECK(receiver.distinct() == 24'000);
}

TEST_CASE("a batch to VictoriaLogs waits until it returns what it has, and is stored exactly") {
  constexpr std::size_t events = 3000;
  StoringReceiver receiver{
      {.store = {.kind = StoreKind::victoria_logs}, .pushes = {{}, lost_answer, {}}}};
  const Outcome outcome = run_at(receiver, {"batch", "--timeout", "2s"}, lines(events));
  CHECK(outcome.status == 0);
  check_counts(outcome, events);
  receiver.await_quiet();
  CHECK(receiver.stored() == events);
  CHECK(receiver.duplicates() == 0);
}

TEST_CASE("a batch to a receiver that nobody can ask goes in small pushes, which Loki recognises") {
  constexpr std::size_t events = 2000;
  StoringReceiver receiver{{.pushes = losing_every(2, 60), .queries = {{.status = 404}}}};
  const Outcome outcome = run_at(receiver, {"batch"}, lines(events, 300));
  CHECK(outcome.status == 0);
  CHECK(number(outcome, "delivered") == events);
  receiver.await_quiet();
  CHECK(receiver.distinct() == events);
  CHECK(static_cast<long>(receiver.duplicates()) <= number(outcome, "repeated"));
  CHECK(number(outcome, "repeated") > 0);
  CHECK(outcome.err.find("may be stored twice") != std::string::npos);
}

TEST_CASE("a flush of many is stored exactly while answers get lost") {
  constexpr std::size_t events = 12'000;
  const TemporaryDirectory files;
  const std::string spool = "--spool=" + (files.path() / "spool").string();
  StoringReceiver receiver{{.pushes = {{.status = 429, .stores = false}}}};
  REQUIRE(run_at(receiver, {"batch", "--retries", "0", spool, "--spool-max-bytes", "64MiB"},
                 lines(events, 500))
              .status == 0);
  receiver.script_pushes(losing_every(4, 15));
  const Outcome outcome = run_at(receiver, {"flush", spool});
  CHECK(outcome.status == 0);
  check_counts(outcome, events);
  receiver.await_quiet();
  CHECK(receiver.stored() == events);
  CHECK(receiver.duplicates() == 0);
}

TEST_CASE("a flush to a receiver that answers costs one synchronisation a push, and no query") {
  constexpr std::size_t events = 2500;
  const TemporaryDirectory files;
  const std::string spool = "--spool=" + (files.path() / "spool").string();
  StoringReceiver receiver{{.pushes = {{.status = 429, .stores = false}}}};
  const auto keep = [&](std::size_t count) {
    receiver.script_pushes({{.status = 429, .stores = false}});
    return run_at(receiver, {"batch", "--retries", "0", spool}, lines(count)).status == 0;
  };
  REQUIRE(keep(1));
  receiver.script_pushes({});
  REQUIRE(run_at(receiver, {"flush", spool}).status == 0); // which makes the file `sending`
  REQUIRE(keep(events));
  receiver.script_pushes({});
  const std::size_t before = receiver.pushes().size();
  Outcome outcome;
  const auto calls = calls_of(plain_program,
                              {.arguments = {"flush", spool, "--config", "none", "--output", "json",
                                             "--url", receiver.push_url()},
                               .limit = patience},
                              outcome);
  if (!calls) {
    MESSAGE("SKIPPED: no program can be traced here: ", outcome.err);
    return;
  }
  check_counts(outcome, events);
  const std::size_t pushes = receiver.pushes().size() - before;
  CHECK(pushes == 3);
  CHECK(std::ranges::count(*calls, "fsync") == static_cast<std::ptrdiff_t>(pushes));
  CHECK(receiver.queries().empty());
}

TEST_CASE("a flush that is killed is followed by one that asks for what was under way") {
  constexpr std::size_t events = 1200;
  const TemporaryDirectory files;
  const std::string spool = "--spool=" + (files.path() / "spool").string();
  StoringReceiver receiver{{.pushes = {{.status = 429, .stores = false}}}};
  REQUIRE(run_at(receiver, {"batch", "--retries", "0", spool, "--spool-max-bytes", "64MiB"},
                 lines(events, 500))
              .status == 0);
  receiver.await_quiet();
  const std::size_t before = receiver.pushes().size();
  receiver.script_pushes({{.hangs = true}, {}});
  Background flush{program,
                   {.arguments = {"flush", spool, "--config", "none", "--url", receiver.push_url(),
                                  "--timeout", "1h"}}};
  await("the push", [&] { return receiver.pushes().size() == before + 1; });
  await("that it is stored", [&] { return receiver.stored() > 0; });
  flush.signal(SIGKILL);
  CHECK(flush.wait(20s).status == 128 + SIGKILL);
  receiver.script_pushes({});
  const Outcome outcome = run_at(receiver, {"flush", spool});
  CHECK(outcome.status == 0);
  check_counts(outcome, events);
  receiver.await_quiet();
  CHECK(receiver.stored() == events);
  CHECK(receiver.duplicates() == 0);
}

TEST_CASE("a push that is stored after its sender gave up is there once while Loki recognises it") {
  for (const auto late : {100ms, 1000ms, 10'000ms}) {
    CAPTURE(late.count());
    StoringReceiver receiver{{.pushes = {{.hangs = true, .stores_after = late}, {}}}};
    const TemporaryDirectory files;
    const std::string spool = "--spool=" + (files.path() / "spool").string();
    CHECK(run_at(receiver, event({"--timeout", "300ms", spool})).status == 0);
    const Outcome flushed = run_at(receiver, {"flush", spool});
    CHECK(flushed.status == 0);
    check_counts(flushed, 1);
    receiver.await_quiet();
    CHECK(receiver.stored() == 1);
  }
}

TEST_CASE("old lines in a live stream cost dozens of requests, and a label is recommended") {
  constexpr std::size_t events = 20'000;
  const TemporaryDirectory files;
  const fs::path import = files.path() / "import";
  const auto two_hours_ago = std::chrono::system_clock::now() - 2h;
  std::string text;
  for (std::size_t i = 0; i < events; ++i) {
    text += R"({"timestamp":)" +
            std::to_string(std::chrono::system_clock::to_time_t(two_hours_ago) - 600 +
                           static_cast<long>(i / 100)) +
            R"(,"event":"e","n":)" + std::to_string(i) + "}\n";
  }
  write_file(import, text);
  StoringReceiver receiver;
  REQUIRE(run_at(receiver, event()).status == 0); // the stream is live
  const Outcome outcome = run_at(receiver, {"batch", import});
  CHECK(outcome.status == 65);
  CHECK(number(outcome, "refused") == events);
  check_counts(outcome, 0);
  CHECK(outcome.err.find("20000 events of this import are too far behind the newest event of the "
                         "stream; give the import its own label, such as --label import=") !=
        std::string::npos);
  CHECK(receiver.pushes().size() + receiver.queries().size() < 50);
  const Outcome labelled = run_at(receiver, {"batch", import, "--label", "import=old"});
  CHECK(labelled.status == 0);
  check_counts(labelled, events);
}

TEST_CASE("of a push that reaches beyond what Loki accepts, the new part is stored once") {
  const TemporaryDirectory files;
  const fs::path import = files.path() / "import";
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::string text;
  for (long age = 80L * 60; age > 40L * 60; age -= 10) { // the oldest accepted is an hour ago
    text += R"({"timestamp":)" + std::to_string(now - age) + R"(,"event":"e"})" + "\n";
  }
  write_file(import, text);
  StoringReceiver receiver{{.store = {.block = 0}}};
  REQUIRE(run_at(receiver, event()).status == 0);
  const Outcome outcome = run_at(receiver, {"batch", import});
  CHECK(outcome.status == 65);
  CHECK(number(outcome, "delivered") + number(outcome, "refused") == 240);
  CHECK(number(outcome, "delivered") >= 119);
  CHECK(number(outcome, "repeated") == 0);
  receiver.await_quiet();
  CHECK(receiver.duplicates() == 0);
  CHECK(receiver.stored() == 1 + static_cast<std::size_t>(number(outcome, "delivered")));
  CHECK(receiver.pushes().size() <= 4);
}

TEST_CASE("with --confirm an event counts as delivered only when a query returns it") {
  StoringReceiver receiver;
  const Outcome good = run_at(receiver, event({"--confirm"}));
  CHECK(good.status == 0);
  check_counts(good, 1);
  CHECK(number(good, "confirmed") == 1);
  CHECK(number(run_at(receiver, event()), "confirmed") == -1); // null
  const Outcome many = run_at(receiver, {"batch", "--confirm"}, lines(2500));
  CHECK(many.status == 0);
  CHECK(number(many, "confirmed") == 2500);

  // What answers 204 and loses it, as an agent may.
  receiver.script_pushes({{.stores = false}});
  const Outcome lost = run_at(receiver, event({"--confirm", "--timeout", "500ms"}));
  CHECK(lost.status == 75);
  check_counts(lost, 0);
  CHECK(lost.err.find("accepted with HTTP status 204 but not found by a query") !=
        std::string::npos);
}

TEST_CASE("an event that was accepted and is not found is sent once more by a flush, not twice") {
  for (const bool is_lost_again : {false, true}) {
    CAPTURE(is_lost_again);
    const TemporaryDirectory files;
    const fs::path directory = files.path() / "spool";
    const std::string spool = "--spool=" + directory.string();
    StoringReceiver receiver{{.pushes = {{.stores = false}}}};
    const Outcome kept = run_at(receiver, event({"--confirm", "--timeout", "500ms", spool}));
    CHECK(kept.status == 0);
    CHECK(number(kept, "spooled") == 1);
    receiver.script_pushes({{.stores = !is_lost_again}});
    const std::size_t before = receiver.pushes().size();
    const Outcome flushed = run_at(receiver, {"flush", "--confirm", "--timeout", "500ms", spool});
    CHECK(flushed.status == (is_lost_again ? 65 : 0));
    CHECK(number(flushed, "delivered") == (is_lost_again ? 0 : 1));
    CHECK(receiver.pushes().size() == before + 1);
    if (is_lost_again) {
      CHECK(flushed.err.find("accepted, but never found") != std::string::npos);
      const Outcome again = run_at(receiver, {"flush", spool});
      CHECK(again.status == 0);
      CHECK(receiver.pushes().size() == before + 1);
    }
  }
}

TEST_CASE("an event that the receiver does not return yet is delivered, and not confirmed") {
  StoringReceiver receiver{{.store = {.memory = 0ms}}};
  const auto three_hours_ago =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() - 3h);
  const Outcome outcome = run_at(receiver, event({"--confirm", "--entry-time", "event",
                                                  "--timestamp", std::to_string(three_hours_ago)}));
  CHECK(outcome.status == 0);
  check_counts(outcome, 1);
  CHECK(number(outcome, "confirmed") == 0);
  CHECK(outcome.err.find("1 event could not be confirmed") != std::string::npos);
}

TEST_CASE("a place to ask that is no query API is an error of the setting, and confirm needs one") {
  StoringReceiver receiver;
  CHECK(run_at(receiver, event({"--query-url", "http://127.0.0.1:1/push"})).status == 64);
  const Outcome nowhere = run(program, {.arguments = {"send", "x", "--config", "none", "--confirm",
                                                      "--url", "http://127.0.0.1:1/api/v1/push"}});
  CHECK(nowhere.status == 64);
  CHECK(nowhere.err.find("give --query-url") != std::string::npos);
  // Behind an agent, the setting names the Loki that it sends to.
  const Outcome behind =
      run(program, {.arguments = {"send", "x", "--config", "none", "--output", "json", "--confirm",
                                  "--url", receiver.push_url(), "--query-url",
                                  "http://127.0.0.1:" + std::to_string(receiver.port())}});
  CHECK(behind.status == 0);
  CHECK(number(behind, "confirmed") == 1);
}

TEST_SUITE_END();
