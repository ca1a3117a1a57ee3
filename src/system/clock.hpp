#pragma once

#include "base/time.hpp"

#include <cstdint>

namespace metrics_event {

/// The source of time and random numbers. Tests replace it by their own.
class Clock {
public:
  virtual ~Clock() = default;

  /// Returns the time of day (UTC), which may jump.
  virtual Instant now() = 0;

  /// Returns the time on the monotonic clock, which deadlines use.
  virtual Deadline steady_now() = 0;

  /// Sleeps until `time`. Returns false when a noted signal ends the sleep early.
  virtual bool sleep_until(Deadline time) = 0;

  /// Returns a uniformly distributed random number in [0, 1).
  virtual double random() = 0;
};

/// Returns a random number, drawn from `clock`.
std::uint64_t random_id(Clock& clock);

/// The clocks and the random device of the system.
class SystemClock final : public Clock {
public:
  Instant now() override;
  Deadline steady_now() override;
  bool sleep_until(Deadline time) override;
  double random() override;
};

} // namespace metrics_event
