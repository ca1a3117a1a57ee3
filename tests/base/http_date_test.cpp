#include "base/http_date.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono;

TEST_SUITE_BEGIN("date");

namespace {

constexpr sys_seconds now = sys_days{2026y / November / 23};

} // namespace

TEST_CASE("an HTTP date is read in each of its forms and written in the one that is to be sent") {
  const sys_seconds time = sys_days{1994y / November / 6} + 8h + 49min + 37s;
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now) == time);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now) == time);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994", now) == time);
  CHECK(http_date(time) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(iso_date(time) == "1994-11-06");
}

TEST_CASE("other texts are no HTTP date") {
  for (const char* text : {"", "now", "Sun, 06 Nov 1994 08:49:37", "Sunday, 06-Nov-94 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 GMT+1", "1994-11-06T08:49:37Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text, now));
  }
}

TEST_CASE("a year of two digits is at most fifty years ahead") {
  const auto year_of = [](const std::string& text, sys_seconds today) {
    const auto date = parse_http_date(text, today);
    REQUIRE(date);
    return static_cast<int>(year_month_day{floor<days>(*date)}.year());
  };
  CHECK(year_of("Friday, 06-Nov-26 08:49:37 GMT", now) == 2026);
  CHECK(year_of("Friday, 06-Nov-70 08:49:37 GMT", now) == 2070);
  CHECK(year_of("Friday, 06-Nov-76 08:49:37 GMT", now) == 2076);
  CHECK(year_of("Friday, 06-Nov-77 08:49:37 GMT", now) == 1977);
  CHECK(year_of("Friday, 06-Nov-99 08:49:37 GMT", now) == 1999);
  CHECK(year_of("Friday, 06-Nov-00 08:49:37 GMT", now) == 2000);
}

TEST_SUITE_END();
