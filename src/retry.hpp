#pragma once

#include "judgement.hpp"

#include <chrono>
#include <optional>

namespace metrics_event {

/// How often a push is tried.
struct RetryPolicy {
  int retries = 0; // attempts after the first
};

/// How long to wait before the next attempt, or nothing when there is to be none: the push was
/// accepted, trying again cannot help, the attempts are used up, or the wait would pass what is
/// left of the delivery's time. Exponential backoff from 100 ms to 2 s with full jitter; `random`
/// is in [0, 1).
std::optional<std::chrono::milliseconds> wait_before_retry(const Judgement& judgement,
                                                           const RetryPolicy& policy,
                                                           int attempts_made, double random,
                                                           std::chrono::milliseconds time_left);

} // namespace metrics_event
