#include "loki/distinct_times.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <random>
#include <set>
#include <vector>

using namespace metrics_event;

namespace {

// The same, simply.
class Model {
public:
  std::int64_t next(std::int64_t own) {
    const auto last = last_.find(own);
    std::int64_t time = last == last_.end() ? own : last->second + 1;
    while (given_.contains(time)) {
      ++time;
    }
    last_[own] = time;
    given_.insert(time);
    order_.emplace_back(own, time);
    if (order_.size() > 10'000) {
      const auto& oldest = order_.front();
      given_.erase(oldest.second);
      if (last_.at(oldest.first) == oldest.second) {
        last_.erase(oldest.first);
      }
      order_.pop_front();
    }
    return time;
  }

private:
  std::map<std::int64_t, std::int64_t> last_;
  std::set<std::int64_t> given_;
  std::deque<std::pair<std::int64_t, std::int64_t>> order_;
};

std::int64_t next_of(DistinctTimes& times, std::int64_t own) {
  return times.next(Instant{std::chrono::nanoseconds{own}}).time_since_epoch().count();
}

} // namespace

TEST_SUITE_BEGIN("distinct_times");

TEST_CASE("entries of the same time get different ones, in their order, wherever they stand") {
  DistinctTimes times;
  const auto next = [&times](int time) {
    return times.next(Instant{std::chrono::nanoseconds{time}}).time_since_epoch().count();
  };
  CHECK(next(0) == 0);
  CHECK(next(0) == 1);
  CHECK(next(100) == 100);
  CHECK(next(100) == 101);
  CHECK(next(101) == 102);
  CHECK(next(100) == 103);
  CHECK(next(50) == 50);
  CHECK(next(100) == 104);
  CHECK(next(0) == 2);
  for (int i = 0; i < 25'000; ++i) {
    REQUIRE(next(1000) == 1000 + i);
  }
  CHECK(next(0) == 0); // too long ago to be remembered
}

TEST_CASE("they are what they would be if all were looked for everywhere") {
  std::mt19937_64 random{1}; // NOLINT: the same each time
  struct Course {
    std::int64_t step;    // from one to the next
    std::uint64_t spread; // around that
  };
  for (const Course& course : {Course{0, 3}, {1, 1}, {1, 40}, {2, 3}, {100, 10'000}, {-1, 5}}) {
    CAPTURE(course.step);
    CAPTURE(course.spread);
    DistinctTimes times;
    Model model;
    for (std::int64_t n = 0; n < 30'000; ++n) {
      const bool is_far_ahead = n % 7'000 == 3;
      const std::int64_t own = 10'000'000 + n * course.step + (is_far_ahead ? 5'000'000 : 0) +
                               static_cast<std::int64_t>(random() % course.spread);
      REQUIRE(next_of(times, own) == model.next(own));
    }
  }
}

TEST_CASE("10 000 events of one time are remembered as one run") {
  DistinctTimes times;
  const Instant own{std::chrono::seconds{1'700'000'000}};
  for (int n = 0; n < 12'000; ++n) {
    times.next(own);
  }
  const std::vector<TimeRun> remembered = times.remembered();
  CHECK(remembered == std::vector{TimeRun{own, own + std::chrono::nanoseconds{2'000}, 10'000}});
  CHECK(DistinctTimes{remembered}.next(own) == own + std::chrono::nanoseconds{12'000});
  CHECK(DistinctTimes{}.remembered().empty());
}

TEST_CASE("times that go on where others left off are those of one run") {
  std::mt19937_64 random{2}; // NOLINT: the same each time
  struct Course {
    std::int64_t step;
    std::uint64_t spread;
  };
  for (const Course& course : {Course{0, 3}, {1, 1}, {1, 40}, {100, 10'000}, {-1, 5}}) {
    CAPTURE(course.step);
    CAPTURE(course.spread);
    DistinctTimes whole, parts;
    for (std::int64_t n = 0; n < 25'000; ++n) {
      if (random() % 1'000 == 0) {
        const std::vector<TimeRun> remembered = parts.remembered();
        parts = DistinctTimes{remembered};
        REQUIRE(parts.remembered() == remembered);
      }
      const bool is_far_ahead = n % 7'000 == 3;
      const std::int64_t own = 10'000'000 + n * course.step + (is_far_ahead ? 5'000'000 : 0) +
                               static_cast<std::int64_t>(random() % course.spread);
      REQUIRE(next_of(parts, own) == next_of(whole, own));
    }
  }
}

TEST_SUITE_END();
