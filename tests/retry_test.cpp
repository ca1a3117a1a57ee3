#include "retry.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("retry");

TEST_CASE("waits grow from 100 ms to 2 s, spread by chance") {
  const Judgement trouble{.code = ExitCode::tempfail, .worth_a_retry = true};
  const auto wait = [&](int attempts, double random) {
    return wait_before_retry(trouble, {.retries = 100}, attempts, random, 1h);
  };
  CHECK(wait(1, 0.0) == 0ms);
  CHECK(wait(1, 0.5) == 50ms);
  CHECK(wait(2, 0.5) == 100ms);
  CHECK(wait(5, 0.5) == 800ms);
  CHECK(wait(6, 0.5) == 1000ms);
  CHECK(wait(100, 0.5) == 1000ms);
}

TEST_CASE("there is no further attempt when it cannot help or cannot be") {
  const Judgement trouble{.code = ExitCode::tempfail, .worth_a_retry = true};
  CHECK(wait_before_retry({}, {.retries = 2}, 1, 0.5, 1h) == std::nullopt);
  CHECK(wait_before_retry({.code = ExitCode::data}, {.retries = 2}, 1, 0.5, 1h) == std::nullopt);
  CHECK(wait_before_retry(trouble, {.retries = 0}, 1, 0.5, 1h) == std::nullopt);
  CHECK(wait_before_retry(trouble, {.retries = 2}, 3, 0.5, 1h) == std::nullopt);
  CHECK(wait_before_retry(trouble, {.retries = 2}, 1, 0.5, 50ms) == std::nullopt);
  CHECK(wait_before_retry(trouble, {.retries = 2}, 1, 0.5, 51ms) == 50ms);
}

TEST_SUITE_END();
