#include "delivery/delivery.hpp"
#include "support/test_clock.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace metrics_event;
using metrics_event::testing::TestClock;
using namespace std::chrono_literals;

namespace {

// Gives the replies one after the other, each after 10 ms.
struct Script {
  TestClock& clock;
  std::vector<Reply> replies;
  std::vector<Deadline> deadlines{};

  Delivery deliver(int retries) {
    return metrics_event::deliver({}, clock.time + 5s, retries, transport(), clock);
  }

  Transport transport() {
    return [this](const Request&, Deadline deadline) {
      clock.time += 10ms;
      deadlines.push_back(deadline);
      return replies.at(deadlines.size() - 1);
    };
  }
};

} // namespace

TEST_SUITE_BEGIN("delivery");

TEST_CASE("a push that is accepted is sent once") {
  TestClock clock;
  Script script{clock, {{.status = 204}}};
  const Delivery delivery = script.deliver(2);
  CHECK(delivery.judgement.code == ExitCode::ok);
  CHECK(delivery.attempts == 1);
  CHECK(delivery.http_status == 204);
  CHECK(delivery.elapsed == 10ms);
  CHECK(clock.sleeps.empty());
}

TEST_CASE("passing trouble is tried again within one deadline") {
  TestClock clock;
  Script script{clock, {{.status = 503}, {.trouble = Trouble::no_connection}, {.status = 204}}};
  const Delivery delivery = script.deliver(2);
  CHECK(delivery.judgement.code == ExitCode::ok);
  CHECK(delivery.attempts == 3);
  CHECK(clock.sleeps == std::vector<std::chrono::milliseconds>{50ms, 100ms});
  CHECK(delivery.elapsed == 180ms);
  for (const Deadline deadline : script.deadlines) {
    CHECK(deadline == Deadline{1h + 5s});
  }
}

TEST_CASE("the last attempt is what counts when attempts run out") {
  TestClock clock;
  Script script{clock, {{.status = 503}, {.trouble = Trouble::no_connection, .detail = "gone"}}};
  const Delivery delivery = script.deliver(1);
  CHECK(delivery.judgement.code == ExitCode::unavailable);
  CHECK(delivery.attempts == 2);
  CHECK(delivery.http_status == 0);
}

TEST_CASE("a refusal is final") {
  TestClock clock;
  Script script{clock, {{.status = 400}}};
  CHECK(script.deliver(2).attempts == 1);
}

TEST_CASE("a receiver that asks for a wait gets it, by its own clock") {
  TestClock clock;
  Script script{clock,
                {{.status = 429, .retry_after = "2"},
                 {.status = 503,
                  .retry_after = "Thu, 01 Jan 2099 00:00:01 GMT",
                  .date = "Thu, 01 Jan 2099 00:00:00 GMT"},
                 {.status = 204}}};
  const Delivery delivery = script.deliver(2);
  CHECK(delivery.accepted());
  CHECK(clock.sleeps == std::vector<std::chrono::milliseconds>{2s, 1s});
}

TEST_CASE("a wait beyond the deadline is not begun") {
  TestClock clock;
  Script script{clock, {{.status = 429, .retry_after = "120"}}};
  const Delivery delivery = script.deliver(2);
  CHECK(delivery.judgement.code == ExitCode::tempfail);
  CHECK(delivery.judgement.message.ends_with("it asks to wait 120s"));
  CHECK(delivery.attempts == 1);
  CHECK(clock.sleeps.empty());
}

TEST_CASE("a signal ends the wait between two attempts") {
  TestClock clock;
  clock.ends_in_sleep = true;
  Script script{clock, {{.status = 503}, {.status = 204}}};
  CHECK(script.deliver(2).attempts == 1);
  CHECK(clock.sleeps.size() == 1);
}

TEST_SUITE_END();
