// The line that a terminal is shown while something long goes on.
#include "system/progress.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

namespace {

constexpr ProgressState state{
    .task = "batch", .done = 614'000, .total = 1'000'000, .rate = 118'300};

std::string line(std::size_t columns) {
  return progress_line(state, columns);
}

} // namespace

TEST_SUITE_BEGIN("progress");

TEST_CASE("progress says how far a task is, how fast it goes and how long it will take") {
  CHECK(progress_line(state, std::nullopt) ==
        "batch  61 %  614 000 of 1 000 000  118 k/s  4 s left");
  CHECK(progress_line({"batch", 614'000, 0, 8'000}, std::nullopt) == "batch  614 000  8.0 k/s");
  CHECK(progress_line({"batch", 7, 10, 0}, std::nullopt) == "batch  70 %  7 of 10");
  CHECK(progress_line({"flush", 12, 10, 3.2}, std::nullopt) == "flush  100 %  10 of 10  3/s");
  CHECK(progress_line({"flush", 1, 1000, 0.25}, std::nullopt) ==
        "flush  0 %  1 of 1 000  0/s  1 h 6 min left");
}

TEST_CASE("progress fits the columns of a terminal, and a bar fills them") {
  CHECK(line(72) == "batch  61 %  [#########.......]  614 000 of 1 000 000  118 k/s  4 s left");
  CHECK(line(64).size() == 64);
  CHECK(line(63) == "batch  61 %  614 000 of 1 000 000  118 k/s  4 s left");
  CHECK(line(52) == "batch  61 %  614 000 of 1 000 000  118 k/s  4 s left");
  CHECK(line(51) == "batch  61 %  614 000 of 1 000 000  4 s left");
  CHECK(line(42) == "batch  61 %  [####....]  118 k/s  4 s left");
  CHECK(line(29) == "batch  61 %  4 s left");
  CHECK(progress_line({"batch", 614'000, 0, 8'000}, 20) == "batch  614 000");
  for (std::size_t columns = 29; columns <= 200; ++columns) {
    CAPTURE(columns);
    CHECK(line(columns).size() <= columns);
  }
}

TEST_SUITE_END();
