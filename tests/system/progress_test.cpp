// The bar that a terminal is shown while something long goes on.
#include "system/progress.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

TEST_SUITE_BEGIN("progress");

TEST_CASE("the bar of progress fills its width and no more") {
  CHECK(progress_bar(0, 10, 30) == "[....................] 0 of 10");
  CHECK(progress_bar(5, 10, 30) == "[##########..........] 5 of 10");
  CHECK(progress_bar(10, 10, 30) == "[###################] 10 of 10");
  CHECK(progress_bar(12, 10, 30) == "[###################] 12 of 10"); // more has come meanwhile
  CHECK(progress_bar(1, 0, 3) == "[] 1 of 0");
}

TEST_SUITE_END();
