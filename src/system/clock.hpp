#pragma once

#include "base/value.hpp"

#include <cstdint>

namespace metrics_event {

/// Time and chance as the rest of the program sees them, so that tests can give their own.
class Clock {
public:
  virtual ~Clock() = default;

  /// The time of day.
  virtual Instant now() = 0;

  /// The clock that deadlines are on.
  virtual Deadline steady_now() = 0;

  /// Sleeps until then; a noted signal ends that early. Returns whether it went to the end.
  virtual bool sleep_until(Deadline time) = 0;

  /// A number in [0, 1), evenly distributed.
  virtual double random() = 0;
};

/// Any number.
std::uint64_t random_id(Clock& clock);

/// The machine's clocks.
class SystemClock final : public Clock {
public:
  Instant now() override;
  Deadline steady_now() override;
  bool sleep_until(Deadline time) override;
  double random() override;
};

} // namespace metrics_event
