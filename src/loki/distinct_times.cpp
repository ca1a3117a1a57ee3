#include "loki/distinct_times.hpp"

#include <algorithm>
#include <chrono>

namespace metrics_event {
namespace {

constexpr std::chrono::nanoseconds step{1};

// Returns the time of the event that follows the first one of a run after `count` events.
Instant time_in(const TimeRun& run, std::uint64_t count) {
  return run.time + static_cast<std::int64_t>(count) * step;
}

} // namespace

DistinctTimes::DistinctTimes(std::span<const TimeRun> remembered) {
  for (const TimeRun& run : remembered) {
    for (std::uint64_t i = 0; i < run.count; ++i) {
      remember(run.own, time_in(run, i));
    }
  }
}

Instant DistinctTimes::next(Instant own) {
  const Instant time = own > newest_ ? own : later(own);
  remember(own, time);
  return time;
}

// Whether an event goes to `rising_` or to `late_` has no influence on the times that follow, so it
// may be decided otherwise when it is remembered anew.
void DistinctTimes::remember(Instant own, Instant time) {
  const Given given{own, time, turns_++};
  if (time > newest_ && (rising_.empty() || own >= rising_.back().own)) {
    rising_.push_back(given);
  } else {
    late_.push_back(given);
    last_[own] = time;
    given_.insert(time);
  }
  newest_ = std::max(newest_, time);
  if (rising_.size() + late_.size() > most_remembered) {
    forget_oldest();
  }
}

std::vector<TimeRun> DistinctTimes::remembered() const {
  std::vector<TimeRun> runs;
  const auto add = [&runs](const Given& given) {
    const bool continues = !runs.empty() && runs.back().own == given.own &&
                           given.time == time_in(runs.back(), runs.back().count);
    if (continues) {
      runs.back().count += 1;
    } else {
      runs.push_back({given.own, given.time});
    }
  };
  auto rising = rising_.begin();
  auto late = late_.begin();
  while (rising != rising_.end() || late != late_.end()) {
    const bool is_rising =
        late == late_.end() || (rising != rising_.end() && rising->turn < late->turn);
    add(is_rising ? *rising++ : *late++);
  }
  return runs;
}

// Returns the first free time from `own` on. The search starts after the last time that was given
// for the same `own`, so that events of one time keep their order.
Instant DistinctTimes::later(Instant own) const {
  Instant time = own;
  const auto behind = std::ranges::upper_bound(rising_, own, {}, &Given::own);
  if (behind != rising_.begin() && (behind - 1)->own == own) {
    time = (behind - 1)->time + step;
  }
  if (const auto last = last_.find(own); last != last_.end()) {
    time = std::max(time, last->second + step);
  }
  while (is_given(time)) {
    time += step;
  }
  return time;
}

bool DistinctTimes::is_given(Instant time) const {
  return std::ranges::binary_search(rising_, time, {}, &Given::time) || given_.contains(time);
}

void DistinctTimes::forget_oldest() {
  if (late_.empty() || (!rising_.empty() && rising_.front().turn < late_.front().turn)) {
    rising_.pop_front();
  } else {
    const Given& oldest = late_.front();
    given_.erase(oldest.time);
    if (last_.at(oldest.own) == oldest.time) {
      last_.erase(oldest.own);
    }
    late_.pop_front();
  }
  newest_ = std::max(rising_.empty() ? Instant::min() : rising_.back().time,
                     given_.empty() ? Instant::min() : *given_.rbegin());
}

} // namespace metrics_event
