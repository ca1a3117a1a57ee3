// Numbers, durations and sizes as people read them.
#include "base/quantity.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("quantity");

TEST_CASE("the digits of a large number are in groups of three") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1 000");
  CHECK(grouped(614'000) == "614 000");
  CHECK(grouped(1'234'567) == "1 234 567");
}

TEST_CASE("a duration has its two largest units") {
  CHECK(spoken(0s) == "0 s");
  CHECK(spoken(200s) == "3 min 20 s");
  CHECK(spoken(3600s) == "1 h");
  CHECK(spoken(25h) == "1 day 1 h");
  CHECK(spoken(72h + 59s) == "3 days 59 s");
  CHECK(spoken_exactly(9'790ms) == "9.7 s");
  CHECK(spoken_exactly(40ms) == "0.0 s");
  CHECK(spoken_exactly(60'999ms) == "1 min");
}

TEST_CASE("used room and the room are in their largest units, and never less than they are") {
  CHECK(room_text(5'300'000, 16UL << 20U) == "5.1 of 16 MiB");
  CHECK(room_text(0, 16UL << 20U) == "0 of 16 MiB");
  CHECK(room_text(300'000, 16UL << 20U) == "293 KiB of 16 MiB");
  CHECK(room_text(750, 16UL << 20U) == "750 bytes of 16 MiB");
  CHECK(room_text(1, 16UL << 20U) == "1 byte of 16 MiB");
  CHECK(room_text(512, 1000) == "512 of 1 000 bytes");
  CHECK(room_text(1UL << 20U, 1536UL << 20U) == "1 MiB of 1.5 GiB");
}

TEST_SUITE_END();
