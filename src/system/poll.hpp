#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdint>

namespace metrics_event {

/// Returns the timeout for poll(2) that ends at a deadline, in milliseconds. It is rounded up so
/// that poll(2) never returns early, and 0 when the deadline has passed.
inline int poll_timeout(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
}

} // namespace metrics_event
