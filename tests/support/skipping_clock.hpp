#pragma once

#include "system/clock.hpp"

#include <algorithm>
#include <chrono>
#include <functional>

namespace metrics_event::testing {

/// The clock of the system, except that a sleep takes no time: it moves the clock on.
class SkippingClock final : public metrics_event::Clock {
public:
  Instant now() override { return std::chrono::system_clock::now(); }
  Deadline steady_now() override { return std::chrono::steady_clock::now() + skipped_; }
  bool sleep_until(Deadline until) override {
    skipped_ += std::max(until - steady_now(), Deadline::duration::zero());
    sleeps += 1;
    in_sleep();
    return !ends_in_sleep;
  }
  double random() override { return 0; }

  int sleeps = 0;
  std::function<void()> in_sleep = [] {}; ///< what happens meanwhile
  bool ends_in_sleep = false;             ///< by a signal

private:
  Deadline::duration skipped_{};
};

} // namespace metrics_event::testing
