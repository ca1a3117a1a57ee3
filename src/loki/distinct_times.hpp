#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <vector>

namespace metrics_event {

/// Consecutive events of the same time, and the entry times that they got: `time` for the first,
/// and one nanosecond more for each that follows.
struct TimeRun {
  Instant own;
  Instant time;
  std::uint64_t count = 1;

  bool operator==(const TimeRun&) const = default;
};

/// Gives events that share a time distinct entry times, in the order of the events: each is one
/// nanosecond later than the one before. The result depends on the input alone, so a repeated run
/// yields the same times. Memory is bounded: a time is kept distinct from those of the previous
/// 10 000 events only.
class DistinctTimes {
public:
  /// The number of events that are remembered.
  static constexpr std::size_t most_remembered = 10'000;

  DistinctTimes() = default;

  /// Goes on where an object left off that returned these runs from `remembered`.
  explicit DistinctTimes(std::span<const TimeRun> remembered);

  /// Returns the entry time for the next event, whose own time is `own`.
  Instant next(Instant own);

  /// Returns all that the following times depend on: the events that are remembered, in their
  /// order.
  std::vector<TimeRun> remembered() const;

private:
  struct Given {
    Instant own;
    Instant time;
    std::uint64_t turn; // its number in the order of the calls
  };

  void remember(Instant own, Instant time);
  Instant later(Instant own) const;
  bool is_given(Instant time) const;
  void forget_oldest();

  // Most events arrive in ascending order; a sorted queue is enough for them.
  std::deque<Given> rising_; // ascending by `own` and strictly by `time`
  // Events that arrive out of order are kept here and in the two indexes below.
  std::deque<Given> late_;
  std::map<Instant, Instant> last_; // `own` to its latest `time` in `late_`
  std::set<Instant> given_;         // every `time` in `late_`
  Instant newest_ = Instant::min(); // the latest time in use
  std::uint64_t turns_ = 0;
};

} // namespace metrics_event
