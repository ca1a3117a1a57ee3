#pragma once

#include "loki/transport.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace metrics_event {

/// The facts after an attempt that decide about the next one.
struct Situation {
  bool worth_a_retry = false; // as judge() decided
  int attempts = 1;           // number made so far
  std::chrono::milliseconds time_left{};
  std::optional<std::chrono::milliseconds> retry_after{}; // the wait the receiver asked for
  double random = 0;                                      // in [0, 1)
};

/// The decision after an attempt.
struct Plan {
  enum class Step {
    try_again, // wait, then make another attempt
    settled,   // the push was accepted, or another attempt cannot help
    give_up,   // all attempts are used up
    too_late,  // the next attempt would start after the deadline
  };
  Step step = Step::settled;
  std::chrono::milliseconds wait{};

  bool operator==(const Plan&) const = default;
};

/// Decides whether another attempt follows, of at most `retries` after the first, and how long to
/// wait before it. The backoff doubles from 100 ms to at most 2 s, with full jitter: the wait is a
/// random part of it. A longer wait that the receiver asked for takes precedence.
Plan plan_retry(const Situation& situation, int retries);

/// Reads a Retry-After header, which holds seconds or a date (RFC 9110, section 10.2.3), and
/// returns the wait, at most 365 days. A date is relative to `now`, which should be the response's
/// own Date where it has one; a date that has passed means no wait. Returns nothing for any other
/// text.
std::optional<std::chrono::milliseconds> parse_retry_after(const std::string& text,
                                                           std::chrono::sys_seconds now);

/// Returns the wait that a reply asks for, if any. A date is relative to the reply's own Date, or
/// to `now`, the time of this machine, when it has none.
std::optional<std::chrono::milliseconds> retry_after(const Reply& reply,
                                                     std::chrono::sys_seconds now);

} // namespace metrics_event
