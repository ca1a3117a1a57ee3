#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <set>

namespace metrics_event {

/// Gives events that share a time distinct entry times, in the order of the events: each is one
/// nanosecond later than the one before. The result depends on the input alone, so a repeated run
/// yields the same times. Memory is bounded: a time is kept distinct from those of the previous
/// 10 000 events only.
class DistinctTimes {
public:
  /// Returns the entry time for the next event, whose own time is `own`.
  Instant next(Instant own);

private:
  struct Given {
    Instant own;
    Instant time;
    std::uint64_t turn; // its number in the order of the calls
  };

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
