#pragma once

#include "base/value.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <set>

namespace metrics_event {

/// Gives entries of the same time different ones, in their order: each one nanosecond more than the
/// one before. The same input gets the same times each time. So that memory has a bound, an entry
/// is told from the 10 000 before it only.
class DistinctTimes {
public:
  /// The entry time of an event that has this one.
  Instant next(Instant own);

private:
  struct Given {
    Instant own;
    Instant time;
    std::uint64_t turn; // when it was given
  };

  Instant later(Instant own) const;
  bool is_given(Instant time) const;
  void forget_oldest();

  // Most come in their order, and are kept as they came.
  std::deque<Given> rising_; // `own` never falls, `time` rises
  // The others.
  std::deque<Given> late_;
  std::map<Instant, Instant> last_; // of them, given for a time
  std::set<Instant> given_;         // to them
  Instant newest_ = Instant::min(); // none that is given is later
  std::uint64_t turns_ = 0;
};

} // namespace metrics_event
