// Events that are sent while older ones wait in the spool, against a receiver that refuses what is
// an hour behind the newest entry of its stream, as Loki does.

#include "delivery/spooler.hpp"
#include "spool/locked_spool.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/storing_receiver.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

constexpr std::uint64_t room = 64UL * 1024 * 1024;

// A spool beside a receiver, or beside a port on which nothing listens yet.
struct Scene {
  TemporaryDirectory directory;
  std::string path = (directory.path() / "spool").string();
  Spool spool = Spool::make(path);
  std::optional<ClosedPort> closed{std::in_place};
  std::string url = "http://127.0.0.1:" + std::to_string(closed->port());
  std::optional<StoringReceiver> receiver{};
  Instant now = std::chrono::system_clock::now();
  std::uint64_t kept = 0;

  void open() { receiver.emplace(*std::exchange(closed, std::nullopt), ReceiverScript{}); }

  // Puts an event into the spool, as if it had waited there for so long.
  void keep(std::chrono::nanoseconds age, const std::string& org_id = "",
            const std::string& filler = "") {
    const Entry entry{.labels = {{"job", "metrics"}},
                      .time = now - age + std::chrono::nanoseconds{++kept},
                      .line = R"({"kept":)" + std::to_string(kept) + R"(,"x":")" + filler + "\"}"};
    SpoolRecord record = record_for({url + "/loki/api/v1/push", org_id}, entry);
    record.entries.push_back({entry.time, entry.line});
    spool.add(encode(record), 1, kept, room);
  }

  Outcome send(const Words& more = {}) const {
    Words words{"runner-installed", "--flavor",   "small",           "--duration", "1",
                "--config",         "none",       "--spool=" + path, "--url",      url,
                "--label",          "job=metrics"};
    words.insert(words.end(), more.begin(), more.end());
    return run(program, {.arguments = words});
  }

  Outcome send_batch() const {
    return run(program, {.arguments = {"batch", "--config", "none", "--spool=" + path, "--url", url,
                                       "--label", "job=metrics", "--retries", "0"},
                         .input = "{\"event\":\"e\",\"n\":1}\n{\"event\":\"e\",\"n\":2}\n"});
  }

  std::uint64_t waiting() const { return spool.count(Box::waiting); }

  // Whether each entry in the receiver has the entry time that it was given.
  bool all_have_their_times() const {
    return spool.count(Box::refused) == 0 &&
           std::ranges::count_if(receiver->copies(), [this](const auto& copy) {
             return copy.first.time < now - 50min;
           }) == static_cast<std::ptrdiff_t>(kept);
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_SUITE_BEGIN("waiting_entries");

TEST_CASE("an event lets those go first that Loki would refuse behind it") {
  Scene scene;
  for (int i = 0; i < 3; ++i) {
    scene.keep(2h);
  }
  scene.open();
  const Outcome outcome = scene.send();
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(scene.waiting() == 0);
  CHECK(scene.receiver->stored() == 4);
  CHECK(scene.receiver->pushes().size() == 2);
  CHECK(scene.all_have_their_times());
}

TEST_CASE("an event waits behind older ones that are more than a push, and then comes after them") {
  Scene scene;
  for (int i = 0; i < 104; ++i) {
    scene.keep(2h);
  }
  scene.open();
  const Outcome first = scene.send();
  CHECK(first.status == 0);
  CHECK(has(first.err, "kept in the spool"));
  CHECK(has(first.err, "events that are more than 50 minutes older wait for the same receiver and "
                       "are sent first"));
  CHECK(scene.receiver->stored() == 100);
  CHECK(scene.waiting() == 5);
  CHECK(scene.send().status == 0);
  CHECK(scene.waiting() == 0);
  CHECK(scene.receiver->stored() == 106);
  CHECK(scene.all_have_their_times());
}

TEST_CASE("an event behind older ones is kept while the receiver is down, for the same reason") {
  Scene scene;
  scene.keep(2h);
  const Outcome outcome = scene.send({"--output", "json", "--retries", "0"});
  CHECK(outcome.status == 0);
  CHECK(has(outcome.out, R"("status":"spooled")"));
  CHECK(has(outcome.err, "onnection refused"));
  CHECK(scene.waiting() == 2);
  scene.open();
  CHECK(scene.send().status == 0);
  CHECK(scene.waiting() == 0);
  CHECK(scene.receiver->stored() == 3);
  CHECK(scene.all_have_their_times());
}

TEST_CASE("what waits for another tenant, or not for long, holds up no event") {
  Scene scene;
  scene.keep(2h, "other");
  scene.keep(10min);
  scene.open();
  const Outcome outcome = scene.send();
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(scene.receiver->stored() == 2);
  CHECK(scene.waiting() == 1);
}

TEST_CASE("an event waits while another process sends the older ones") {
  Scene scene;
  scene.keep(2h);
  scene.open();
  {
    const auto flush = LockedSpool::try_lock(scene.spool);
    REQUIRE(flush);
    CHECK(has(scene.send().err, "are sent first"));
  }
  CHECK(scene.receiver->stored() == 0);
  CHECK(scene.waiting() == 2);
}

TEST_CASE("beside a large spool an event is sent at once") {
  Scene scene;
  scene.keep(2h, "", std::string(255UL * 1024, 'x'));
  scene.keep(2h, "", std::string(255UL * 1024, 'x'));
  const Outcome outcome = scene.send({"--retries", "0"});
  CHECK(has(outcome.err, "onnection refused"));
  CHECK(scene.waiting() == 3);
  scene.open();
  CHECK(scene.send().status == 0);
  REQUIRE(!scene.receiver->pushes().empty());
  CHECK(scene.receiver->pushes().front().body.size() < 1024);
}

TEST_CASE("a batch lets older entries go first, however many there are") {
  Scene scene;
  scene.keep(2h, "", std::string(255UL * 1024, 'x'));
  for (int i = 0; i < 1200; ++i) {
    scene.keep(2h);
  }
  scene.keep(2h, "other");
  scene.kept -= 1; // it stays
  scene.open();
  const Outcome outcome = scene.send_batch();
  CHECK(outcome.status == 0);
  CHECK(err_of_batch(outcome).empty());
  CHECK(scene.waiting() == 1);
  CHECK(scene.receiver->stored() == 1203);
  CHECK(scene.all_have_their_times());
}

TEST_CASE("the lines of a batch are kept behind older entries that cannot be delivered") {
  Scene scene;
  scene.keep(2h);
  const Outcome outcome = scene.send_batch();
  CHECK(outcome.status == 0);
  CHECK(has(outcome.err, "onnection refused"));
  CHECK(has(outcome.err, "spooled 2"));
  CHECK(scene.waiting() == 3);
  scene.open();
  {
    const auto flush = LockedSpool::try_lock(scene.spool);
    REQUIRE(flush);
    CHECK(has(scene.send_batch().err, "are sent first"));
  }
  CHECK(scene.receiver->stored() == 0);
  CHECK(scene.send_batch().status == 0);
  CHECK(scene.waiting() == 0);
  CHECK(scene.receiver->stored() == 7);
  CHECK(scene.all_have_their_times());
}

TEST_CASE("after an event nothing is looked for in a spool whose counter says that it is empty") {
  Scene scene;
  scene.keep(10min);
  write_file(scene.path + "/size", std::string(40, '0'));
  scene.open();
  CHECK(scene.send().status == 0);
  CHECK(scene.waiting() == 1); // somebody has moved a file there, which a flush finds
  CHECK(
      run(program, {.arguments = {"flush", "--spool=" + scene.path, "--config", "none"}}).status ==
      0);
  CHECK(scene.waiting() == 0);
}

TEST_SUITE_END();
