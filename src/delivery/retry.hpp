#pragma once

#include "loki/transport.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace metrics_event {

/// What is known after an attempt.
struct Situation {
  bool worth_a_retry = false; // as the attempt was judged
  int attempts = 1;           // made so far
  std::chrono::milliseconds time_left{};
  std::optional<std::chrono::milliseconds> retry_after{}; // the receiver's
  double random = 0;                                      // in [0, 1)
};

/// What to do about it.
struct Plan {
  enum class Step {
    try_again, // after `wait`
    settled,   // it was accepted, or trying again cannot help
    give_up,   // all attempts are used up
    too_late,  // the next one would come after the time for all of them
  };
  Step step = Step::settled;
  std::chrono::milliseconds wait{};

  bool operator==(const Plan&) const = default;
};

/// Plans the next attempt, if there is to be one among `retries` after the first. Exponential
/// backoff from 100 ms, doubling, to at most 2 s, with full jitter: chance takes any part of it.
/// What the receiver asked for counts when it is longer.
Plan plan_retry(const Situation& situation, int retries);

/// What a Retry-After header asks for, in seconds or as a date (RFC 9110, section 10.2.3), which is
/// relative to `now`: the response's own Date where it has one. Nothing of other texts; no time of
/// a date that has passed.
std::optional<std::chrono::milliseconds> parse_retry_after(const std::string& text,
                                                           std::chrono::sys_seconds now);

/// The wait that a reply asks for, if it does. A date is relative to the reply's own Date; without
/// one, to `now` by our clock.
std::optional<std::chrono::milliseconds> retry_after(const Reply& reply,
                                                     std::chrono::sys_seconds now);

} // namespace metrics_event
