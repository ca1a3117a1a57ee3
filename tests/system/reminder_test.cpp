#include "system/reminder.hpp"

#include "support/process.hpp"
#include "support/temporary.hpp"
#include "system/descriptor.hpp"
#include "system/signals.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

using namespace metrics_event;
using namespace std::chrono_literals;
using metrics_event::testing::read_file;
using metrics_event::testing::reap;

namespace {

// Nothing here waits for so long, unless it is wrong.
constexpr auto very_long = 60s;

Deadline now() {
  return std::chrono::steady_clock::now();
}

// Tests in a process of its own what happens after a signal, because a noted signal stays noted.
// Returns the exit status of that process.
template <class Test>
int in_child(Test&& test) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      std::signal(number, SIG_DFL); // nohup(1) ignores SIGHUP, and an ignored signal is not noted
    }
    open_interruption(); // the one of the parent would end the waits of the parent as well
    note_signals();
    _exit(test() ? 0 : 1);
  }
  return reap(child);
}

void say(const Pipe& pipe) {
  [[maybe_unused]] const ssize_t written = write(pipe.writing.get(), "x", 1);
}

} // namespace

TEST_SUITE_BEGIN("reminder");

TEST_CASE("a task runs when it is due, once") {
  int runs = 0;
  const Deadline due = now() + 24h;
  const Reminder reminder{due, [&runs] { runs += 1; }};
  CHECK(Reminder::due() == due);
  Reminder::run_due(due - 1ns);
  CHECK(runs == 0);
  Reminder::run_due(due);
  CHECK(runs == 1);
  CHECK(Reminder::due() == Deadline::max());
  Reminder::run_due(due + 1h);
  CHECK(runs == 1);
}

TEST_CASE("a task that nobody needs any more does not run") {
  int runs = 0;
  {
    const Reminder reminder{now(), [&runs] { runs += 1; }};
  }
  CHECK(Reminder::due() == Deadline::max());
  Reminder::run_due(now() + 24h);
  await(-1, 0, now());
  CHECK(runs == 0);
}

TEST_CASE("a task runs during a wait, which goes on to its deadline") {
  const Deadline end = now() + 40ms;
  int runs = 0;
  Deadline ran{};
  const Reminder reminder{end - 20ms, [&] {
                            runs += 1;
                            ran = now();
                          }};
  CHECK(await(-1, 0, end) == 0);
  CHECK(runs == 1);
  CHECK(ran >= end - 20ms);
  CHECK(now() >= end);
}

TEST_CASE("a task that is due at the deadline of a wait runs, too") {
  const Deadline end = now() + 10ms;
  int runs = 0;
  const Reminder reminder{end, [&runs] { runs += 1; }};
  CHECK(await(-1, 0, end) == 0);
  CHECK(runs == 1);
}

TEST_CASE("what comes after a task ends the wait as ever") {
  const Pipe pipe = make_pipe();
  const Reminder reminder{now() + 10ms, [&pipe] { say(pipe); }};
  CHECK(await(pipe.reading.get(), POLLIN, now() + very_long) == POLLIN);
}

TEST_CASE("a task that is overdue runs at the next wait, even one that ends at once") {
  const Pipe pipe = make_pipe();
  say(pipe);
  int runs = 0;
  const Reminder reminder{now() - 1s, [&runs] { runs += 1; }};
  CHECK(await(pipe.reading.get(), POLLIN, now() + very_long) == POLLIN);
  CHECK(runs == 1);
}

TEST_CASE("a task that is not due keeps no wait from ending") {
  const Pipe pipe = make_pipe();
  say(pipe);
  int runs = 0;
  const Reminder reminder{now() + very_long, [&runs] { runs += 1; }};
  CHECK(await(pipe.reading.get(), POLLIN, now() + very_long) == POLLIN);
  CHECK(await(-1, 0, now()) == 0);
  CHECK(runs == 0);
}

TEST_CASE("a signal that comes during a wait ends it and is noted") {
  CHECK(in_child([] {
          const Reminder reminder{now() + 10ms, [] { raise(SIGTERM); }};
          const Deadline end = now() + very_long;
          return await(-1, 0, end) == 0 && now() < end && noted_signal() == SIGTERM;
        }) == 0);
}

TEST_CASE("a signal that is held back ends no wait at once, and is noted in the end") {
  CHECK(in_child([] {
          const Pipe pipe = make_pipe();
          bool has_come = false;
          {
            const DelayedSignals delayed;
            raise(SIGHUP);
            const Reminder reminder{now() + 10ms, [&pipe] { say(pipe); }}; // the answer
            has_come = await(pipe.reading.get(), POLLIN, now() + very_long) == POLLIN &&
                       noted_signal() == 0;
          }
          return has_come && noted_signal() == SIGHUP;
        }) == 0);
}

TEST_CASE("a signal that is held back ends waits after half a second") {
  for (const bool comes_before : {true, false}) {
    CAPTURE(comes_before);
    CHECK(in_child([comes_before] {
            bool has_ended = false;
            {
              const DelayedSignals delayed;
              const Deadline begin = now();
              const Deadline end = begin + very_long;
              if (comes_before) {
                raise(SIGTERM);
              }
              const Reminder reminder{begin + 10ms, [comes_before] {
                                        if (!comes_before) {
                                          raise(SIGTERM);
                                        }
                                      }};
              has_ended = await(-1, 0, end) == 0 && now() < end && now() >= begin + 500ms &&
                          noted_signal() == 0;
              // The next wait of the same attempt does not have as much time again.
              const Deadline next = now();
              has_ended = has_ended && await(-1, 0, next + very_long) == 0 && now() < next + 500ms;
            }
            return has_ended && noted_signal() == SIGTERM;
          }) == 0);
  }
}

TEST_CASE("a signal that is held back without interrupting poll(2) ends the wait as well") {
  CHECK(in_child([] {
          const DelayedSignals delayed;
          const std::string waiting = "/proc/self/task/" + std::to_string(gettid()) + "/syscall";
          const std::jthread other{[&waiting] { // its signals interrupt no call of the first thread
            while (!read_file(waiting).starts_with(std::to_string(SYS_poll) + ' ')) {
              std::this_thread::yield();
            }
            raise(SIGTERM);
          }};
          const Deadline end = now() + very_long;
          return await(-1, 0, end) == 0 && now() < end && noted_signal() == 0;
        }) == 0);
}

TEST_CASE("a wait that ends before the half second ends in time") {
  CHECK(in_child([] {
          const DelayedSignals delayed;
          raise(SIGTERM);
          const Deadline end = now() + 10ms;
          return await(-1, 0, end) == 0 && now() >= end && now() < end + 480ms;
        }) == 0);
}

TEST_CASE("signals are held back anew by each attempt") {
  CHECK(in_child([] {
          { const DelayedSignals delayed; }
          const DelayedSignals delayed;
          raise(SIGINT);
          const Deadline begin = now();
          return await(-1, 0, begin + 20ms) == 0 && now() >= begin + 20ms && noted_signal() == 0;
        }) == 0);
}

TEST_CASE("the second signal ends the process where the first was only noted") {
  CHECK(in_child([] {
          raise(SIGTERM);
          if (noted_signal() == SIGTERM) {
            raise(SIGHUP);
          }
          return true;
        }) == 128 + SIGHUP);
}

TEST_CASE("a second signal ends the process, though the first one is held back") {
  CHECK(in_child([] {
          const DelayedSignals delayed;
          raise(SIGTERM);
          raise(SIGTERM);
          return true;
        }) == 128 + SIGTERM);
}

TEST_SUITE_END();
