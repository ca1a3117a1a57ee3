#pragma once

#include "system/clock.hpp"

#include <algorithm>
#include <chrono>

namespace metrics_event {

/// Calls `try_lock` until it returns a lock, every 50 ms, and returns that. Returns the empty
/// result of the last call at the deadline, or after a noted signal.
template <class TryLock>
auto wait_for_lock(Clock& clock, Deadline end, TryLock&& try_lock) {
  constexpr std::chrono::milliseconds between_tries{50};
  while (true) {
    auto lock = try_lock();
    const Deadline now = clock.steady_now();
    if (lock || now >= end || !clock.sleep_until(std::min(end, now + between_tries))) {
      return lock;
    }
  }
}

} // namespace metrics_event
