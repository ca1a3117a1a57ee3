#include "delivery/safekeeping.hpp"

#include "support/in_process.hpp"
#include "support/scratch_spool.hpp"
#include "support/test_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// What a receiver does with one request.
struct Step {
  std::chrono::milliseconds takes{};
  Reply reply = {.status = 204};
};

// What lies in trying/ at some moment of a delivery.
struct Seen {
  std::chrono::milliseconds at{}; // since the delivery began
  bool in_pause = false;
  std::size_t files = 0;
  Doubt doubt = Doubt::none;
  bool is_locked = false;
};

const Reply accepted{.status = 204};
const Reply refusing{.status = 400, .body = "no such number"};
const Reply unsent{.trouble = Trouble::no_connection, .detail = "connection refused"};
const Reply lost{.trouble = Trouble::connection_lost, .detail = "it was closed", .is_sent = true};
const Reply late{.trouble = Trouble::timed_out, .detail = "no answer", .is_sent = true};
const Reply busy{.status = 503};
const Reply too_many{.status = 429};

Reply asking_to_wait(const std::string& seconds) {
  return {.status = 429, .retry_after = seconds};
}

// What Loki answers when it has nothing.
const Reply nothing_found{.status = 200,
                          .content_type = "application/json",
                          .body = R"({"status":"success","data":{"resultType":"streams",)"
                                  R"("result":[]}})"};

// An event that is sent by the program itself, with a spool on the disk, to a receiver that does
// one step after another. Time passes in its steps, 10 ms at a time, as it passes in a wait: a task
// of a Reminder runs when it is due.
struct Sending {
  ScratchSpool scratch;
  TestClock clock;
  InProcess process;
  std::deque<Step> steps;
  std::vector<Seen> seen;
  Deadline begun = clock.time;
  std::size_t requests = 0;

  explicit Sending(std::deque<Step> answers) : steps{std::move(answers)} {
    clock.in_sleep = [this] { look(true); };
    process.transport = [this](const Request&, Deadline deadline) {
      requests += 1;
      const Step step = steps.empty() ? Step{.reply = unsent} : steps.front();
      if (!steps.empty()) {
        steps.pop_front();
      }
      const Deadline end = std::min(deadline, clock.time + step.takes);
      while (clock.time < end) {
        const auto passes = std::min<Deadline::duration>(10ms, end - clock.time);
        clock.time += passes;
        clock.wall += passes;
        Reminder::run_due(clock.time);
        look(false);
      }
      return step.reply;
    };
  }

  void look(bool in_pause) {
    Seen now{.at = whole_milliseconds(clock.time - begun), .in_pause = in_pause};
    for (const auto& file :
         fs::exists(scratch.path / "trying") ? scratch.files("trying") : Names{}) {
      now.files += 1;
      const fs::path path = scratch.path / "trying" / file;
      const auto record = decode_record(read_file(path));
      REQUIRE(record.has_value());
      CHECK(record->entries.size() == 1);
      now.doubt = record->doubt;
      now.is_locked = is_locked(path);
    }
    seen.push_back(now);
  }

  // Sends the event, and returns the exit status.
  int run(std::vector<std::string> more = {"--retries", "0"}) {
    std::vector<std::string> arguments{
        "runner-installed",  "--flavor", "small",   "--duration",          "1",
        "--timeout",         "5s",       "--spool", scratch.path.string(), "--url",
        "http://127.0.0.1:9"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return process.run(arguments, clock);
  }

  // The record was kept by the time by which it must be, from then on until the delivery ended, and
  // before every pause.
  void check_kept() const {
    for (const Seen& now : seen) {
      CAPTURE(now.at);
      CAPTURE(now.in_pause);
      const bool must_be = now.at >= 250ms || now.in_pause;
      CHECK((now.files == 1 || !must_be));
      CHECK(now.files <= 1);
      CHECK((now.is_locked || now.files == 0));
    }
  }
  // When it was there for the first time; nothing: it never was.
  std::optional<std::chrono::milliseconds> kept_at() const {
    const auto first = std::ranges::find(seen, 1U, &Seen::files);
    return first == seen.end() ? std::nullopt : std::optional{first->at};
  }
  std::vector<Seen> pauses() const {
    std::vector<Seen> found;
    std::ranges::copy_if(seen, std::back_inserter(found), &Seen::in_pause);
    return found;
  }

  // The only record that waits.
  SpoolRecord waiting() const {
    const auto files = scratch.files("new");
    REQUIRE(files.size() == 1);
    return *decode_record(read_file(scratch.path / "new" / files.front()));
  }
  int attempts() const { return parse_spool_name(scratch.files("new").front())->attempts; }
  bool is_empty() const {
    return scratch.files("new").empty() && scratch.files("trying").empty() &&
           scratch.files("tmp").empty() && scratch.counter() == counted(0);
  }
};

} // namespace

TEST_SUITE_BEGIN("safekeeping");

TEST_CASE("an answer that comes at once leaves no trace of a spool") {
  for (const auto takes : {0ms, 10ms, 140ms}) {
    Sending sending{{{takes, accepted}}};
    CHECK(sending.run() == 0);
    CHECK_FALSE(fs::exists(sending.scratch.path));
    CHECK(sending.process.err().empty());
  }
  Sending sending{{{100ms, refusing}}};
  CHECK(sending.run() == 65);
  CHECK_FALSE(fs::exists(sending.scratch.path));
}

TEST_CASE("an event without an answer is on the disk from 150 ms on, whatever comes of it") {
  for (const Reply& reply : {accepted, refusing, unsent, lost, busy, too_many, asking_to_wait("1"),
                             Reply{.status = 401}, Reply{.status = 302}, Reply{.status = 260}}) {
    CAPTURE(reply.status);
    CAPTURE(reply.detail);
    for (const auto takes : {150ms, 160ms, 1000ms, 4000ms}) {
      CAPTURE(takes.count());
      Sending sending{{{takes, reply}}};
      sending.run();
      CHECK(sending.kept_at() == 150ms);
      sending.check_kept();
      CHECK(sending.scratch.files("trying").empty());
      CHECK(sending.scratch.files("tmp").empty());
      CHECK(sending.scratch.counter() == counted(sending.scratch.bytes()));
      for (const Seen& now : sending.seen) {
        if (!now.in_pause && now.files > 0 && now.at <= takes) { // nobody knows what was sent
          CHECK(now.doubt == Doubt::possibly_stored);
        }
      }
    }
  }
}

TEST_CASE("an event that is answered after all leaves the spool again") {
  Sending delivered{{{300ms, accepted}}};
  CHECK(delivered.run() == 0);
  CHECK(delivered.is_empty());
  CHECK(delivered.process.err().empty());

  Sending bad{{{300ms, refusing}}};
  CHECK(bad.run() == 65);
  CHECK(bad.is_empty());
}

TEST_CASE("an event that could not be sent waits without a doubt, with its attempts") {
  for (const Reply& reply : {unsent, too_many, Reply{.status = 401}}) {
    for (const auto takes : {0ms, 100ms, 300ms}) {
      CAPTURE(reply.status);
      CAPTURE(takes.count());
      Sending sending{{{takes, reply}}};
      CHECK(sending.run() == (reply.status == 401 ? 77 : 0));
      CHECK(sending.process.err().find("kept in the spool") != std::string::npos);
      CHECK(sending.waiting().doubt == Doubt::none);
      CHECK(sending.attempts() == 1);
      CHECK(sending.scratch.files("trying").empty());
      CHECK(sending.scratch.counter() == counted(sending.scratch.bytes()));
    }
  }
}

TEST_CASE("an event that may be stored waits as that") {
  for (const Reply& reply : {lost, busy}) {
    for (const auto takes : {0ms, 100ms, 300ms}) {
      CAPTURE(reply.status);
      CAPTURE(takes.count());
      Sending sending{{{takes, reply}, {0ms, unsent}, {0ms, busy}, {4s, late}}};
      CHECK(sending.run() == 0);
      CHECK(sending.waiting().doubt == Doubt::possibly_stored);
      CHECK(sending.attempts() == 1);
      CHECK(sending.requests > 1); // it was asked for
      sending.check_kept();
    }
  }
}

TEST_CASE("an event that is not stored, as asking tells, waits without a doubt") {
  for (const auto takes : {0ms, 300ms}) {
    Sending sending{{{takes, lost}, {0ms, nothing_found}}};
    CHECK(sending.run() == 0);
    CHECK(sending.waiting().doubt == Doubt::none);
    CHECK(sending.scratch.counter() == counted(sending.scratch.bytes()));
  }
}

TEST_CASE("a receiver that hangs until the end keeps nobody from keeping the event") {
  Sending sending{{{1h, late}}};
  CHECK(sending.run() == 0);
  CHECK(sending.kept_at() == 150ms);
  sending.check_kept();
  CHECK(sending.waiting().doubt == Doubt::possibly_stored);
}

TEST_CASE("an event is on the disk before every pause, however early it is") {
  Sending retried{{{0ms, unsent}, {10ms, unsent}, {0ms, accepted}}};
  CHECK(retried.run({"--retries", "5"}) == 0);
  REQUIRE(retried.pauses().size() == 2);
  retried.check_kept();
  CHECK(retried.pauses().front().at == 0ms);
  CHECK(retried.pauses().front().doubt == Doubt::none); // nothing was sent
  CHECK(retried.is_empty());

  Sending told_to_wait{{{0ms, asking_to_wait("1")}, {0ms, accepted}}};
  CHECK(told_to_wait.run({"--retries", "1"}) == 0);
  REQUIRE(told_to_wait.pauses().size() == 1);
  told_to_wait.check_kept();
  CHECK(told_to_wait.is_empty());

  Sending asked{{{0ms, lost}, {0ms, busy}, {0ms, nothing_found}, {0ms, accepted}}};
  CHECK(asked.run({"--retries", "1"}) == 0);
  REQUIRE_FALSE(asked.pauses().empty());
  asked.check_kept();
  CHECK(asked.pauses().front().doubt == Doubt::possibly_stored);
  CHECK(asked.is_empty());
}

TEST_CASE("an event that all attempts failed to deliver is one record, which counts them") {
  Sending sending{{{0ms, unsent}, {200ms, unsent}, {0ms, unsent}}};
  CHECK(sending.run({"--retries", "2"}) == 0);
  sending.check_kept();
  CHECK(sending.waiting().doubt == Doubt::none);
  CHECK(sending.attempts() == 3);
  CHECK(sending.scratch.files("trying").empty());
}

TEST_CASE("what was sent once stays in doubt, though a later attempt sent nothing") {
  Sending sending{{{0ms, lost}, {0ms, busy}, {0ms, busy}, {200ms, unsent}}};
  sending.run({"--retries", "3", "--timeout", "1s"});
  for (const Seen& pause : sending.pauses()) {
    CHECK(pause.doubt == Doubt::possibly_stored);
  }
  CHECK(sending.waiting().doubt == Doubt::possibly_stored);
}

TEST_CASE("an event ends a pause that a signal ends, kept") {
  Sending sending{{{0ms, unsent}}};
  sending.clock.ends_in_sleep = true;
  sending.run({"--retries", "3"});
  CHECK(sending.requests == 1);
  CHECK(sending.waiting().doubt == Doubt::none);
  CHECK(sending.scratch.files("trying").empty());
}

TEST_CASE("a spool that cannot take the event early is no error when the event is delivered") {
  for (const bool is_full : {true, false}) {
    CAPTURE(is_full);
    Sending sending{{{300ms, accepted}}};
    if (!is_full) {
      write_file(sending.scratch.path, "");
    }
    CHECK(sending.run({"--spool-max-bytes", is_full ? "1" : "1MiB"}) == 0);
    CHECK(sending.kept_at() == std::nullopt);
    CHECK(sending.process.err().empty());
  }
}

TEST_CASE("a spool that cannot take the event is an error when the event is not delivered") {
  for (const auto takes : {0ms, 300ms}) {
    CAPTURE(takes.count());
    Sending full{{{takes, unsent}}};
    CHECK(full.run({"--spool-max-bytes", "1", "--retries", "0"}) == 73);
    CHECK(full.process.err().find("is full") != std::string::npos);
    CHECK(full.process.err().find("so the event is lost") != std::string::npos);
    CHECK(full.is_empty());

    Sending no_directory{{{takes, unsent}}};
    write_file(no_directory.scratch.path, "");
    CHECK(no_directory.run() == 73);
    CHECK(no_directory.process.err().find("it is not a directory") != std::string::npos);
  }
}

TEST_CASE("a spool that takes the event later than it should still takes it once") {
  Sending sending{{{200ms, unsent}, {0ms, unsent}}};
  write_file(sending.scratch.path, "");
  sending.clock.in_sleep = [&] {
    fs::remove(sending.scratch.path); // the trouble passes
    sending.look(true);
  };
  CHECK(sending.run({"--retries", "1"}) == 0);
  CHECK(sending.waiting().doubt == Doubt::none);
  CHECK(sending.scratch.files("trying").empty());
}

TEST_CASE("without a spool nothing is kept, however long it takes") {
  Sending sending{{{4s, lost}}};
  const int status = sending.process.run({"runner-installed", "--flavor", "small", "--duration",
                                          "1", "--retries", "0", "--url", "http://127.0.0.1:9"},
                                         sending.clock);
  CHECK(status == 75);
  CHECK_FALSE(fs::exists(sending.scratch.path));
}

TEST_SUITE_END();
