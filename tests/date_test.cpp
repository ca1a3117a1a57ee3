#include "date.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono;

TEST_SUITE_BEGIN("date");

TEST_CASE("an HTTP date is read and written in the form that is to be sent") {
  const sys_seconds time = sys_days{1994y / November / 6} + 8h + 49min + 37s;
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == time);
  CHECK(http_date(time) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(iso_date(time) == "1994-11-06");
}

TEST_CASE("other texts are no HTTP date") {
  for (const char* text : {"", "now", "Sun, 06 Nov 1994 08:49:37", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT+1", "1994-11-06T08:49:37Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text));
  }
}

TEST_SUITE_END();
