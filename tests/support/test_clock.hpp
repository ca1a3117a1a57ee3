#pragma once

#include "system/clock.hpp"

#include <chrono>
#include <functional>
#include <vector>

namespace metrics_event::testing {

/// Time that passes only when somebody sleeps or says so.
class TestClock final : public metrics_event::Clock {
public:
  Instant now() override { return wall; }
  Deadline steady_now() override { return time; }
  bool sleep_until(Deadline until) override {
    sleeps.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(until - time));
    in_sleep();
    wall += until - time;
    time = until;
    return !ends_in_sleep;
  }
  double random() override { return 0.5; }

  Instant wall{std::chrono::seconds{1'700'000'000}};
  Deadline time{std::chrono::hours{1}};
  std::vector<std::chrono::milliseconds> sleeps; ///< as long as they were asked for
  std::function<void()> in_sleep = [] {};        ///< called when a sleep begins
  bool ends_in_sleep = false;                    ///< by a signal
};

} // namespace metrics_event::testing
