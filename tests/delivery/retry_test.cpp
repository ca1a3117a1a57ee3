#include "delivery/retry.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono_literals;
using NextStep = Plan::Step;

TEST_SUITE_BEGIN("retry");

TEST_CASE("waits grow from 100 ms to 2 s, spread by chance") {
  const auto wait = [](int attempts, double random) {
    const Plan plan = plan_retry(
        {.worth_a_retry = true, .attempts = attempts, .time_left = 1h, .random = random}, 100);
    CHECK(plan.step == NextStep::try_again);
    return plan.wait;
  };
  CHECK(wait(1, 0.0) == 0ms);
  CHECK(wait(1, 0.5) == 50ms);
  CHECK(wait(2, 0.5) == 100ms);
  CHECK(wait(5, 0.5) == 800ms);
  CHECK(wait(6, 0.5) == 1000ms);
  CHECK(wait(100, 0.5) == 1000ms);
}

TEST_CASE("there is no further attempt when it cannot help or cannot be") {
  const auto step = [](const Situation& situation, int retries) {
    return plan_retry(situation, retries).step;
  };
  CHECK(step({.worth_a_retry = false, .time_left = 1h}, 2) == NextStep::settled);
  CHECK(step({.worth_a_retry = true, .time_left = 1h}, 0) == NextStep::give_up);
  CHECK(step({.worth_a_retry = true, .attempts = 3, .time_left = 1h}, 2) == NextStep::give_up);
  CHECK(step({.worth_a_retry = true, .time_left = 50ms, .random = 0.5}, 2) == NextStep::too_late);
  CHECK(step({.worth_a_retry = true, .time_left = 51ms, .random = 0.5}, 2) == NextStep::try_again);
}

TEST_CASE("what the receiver asks for counts when it is longer") {
  const auto plan = [](std::chrono::milliseconds asked) {
    return plan_retry({.worth_a_retry = true, .time_left = 3s, .retry_after = asked, .random = 0.5},
                      2);
  };
  CHECK(plan(0ms) == Plan{NextStep::try_again, 50ms});
  CHECK(plan(2s) == Plan{NextStep::try_again, 2s});
  CHECK(plan(3s) == Plan{NextStep::too_late, 3s});
}

TEST_CASE("Retry-After is read as seconds or as a date") {
  constexpr std::chrono::sys_seconds now =
      std::chrono::sys_days{std::chrono::year{1994} / 11 / 6} + 8h + 49min + 30s;
  const auto asked = [&](const char* text) { return parse_retry_after(text, now); };
  CHECK(asked("0") == 0s);
  CHECK(asked("120") == 120s);
  CHECK(asked("Sun, 06 Nov 1994 08:49:37 GMT") == 7s);
  CHECK(asked("Sunday, 06-Nov-94 08:49:37 GMT") == 7s);
  CHECK(asked("Sun Nov  6 08:49:37 1994") == 7s);
  CHECK(asked("Sun Nov  6 08:49:29 1994") == 0s); // has passed
  CHECK(asked("99999999999999999999999") == 24h * 365);
  for (const char* const text : {"", "-1", "1.5", "soon", "1 s", "0x10"}) {
    CAPTURE(std::string{text});
    CHECK_FALSE(asked(text));
  }
}

TEST_SUITE_END();
