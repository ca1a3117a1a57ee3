#include "base/time.hpp"

#include "support/complaint.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace metrics_event;
using testing::complaint;
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

// A timestamp in UNIX nanoseconds, or the text of the mismatch.
std::string nanoseconds_of(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time ? unix_nanoseconds(*time) : time.error().text;
}

} // namespace

TEST_SUITE_BEGIN("time");

TEST_CASE("a duration has a unit") {
  CHECK(*parse_duration("500ms") == 500ms);
  CHECK(*parse_duration("5s") == 5s);
  CHECK(*parse_duration("1.5s") == 1500ms);
  CHECK(*parse_duration("0.001s") == 1ms);
  CHECK(*parse_duration("2m") == 2min);
  CHECK(*parse_duration("1.5h") == 90min);
  CHECK(*parse_duration("24h") == 24h);
}

TEST_CASE("a duration that is none is refused with an example") {
  for (const char* bad : {"", "5", "s", ".s", "5.s", ".5s", "5 s", "5parsecs", "5S", "-5s", "+5s",
                          "1e3s", "5s ", "0x5s", "1.2.3s", "5ss", "1.0000000000s"}) {
    CAPTURE(bad);
    CHECK(complaint(parse_duration(bad)) ==
          "expected a duration such as 500ms or 5s, got \"" + std::string{bad} + '"');
  }
  for (const char* bad : {"0s", "0.0001s", "25h", "86400001ms"}) {
    CAPTURE(bad);
    CHECK(complaint(parse_duration(bad)) ==
          "expected a duration of more than 0 and at most 24h, got \"" + std::string{bad} + '"');
  }
  CHECK(complaint(parse_duration("99999999999999999999s")) != "no complaint");
}

TEST_CASE("a timestamp is UNIX seconds, exact to the nanosecond") {
  CHECK(*parse_timestamp("0") == Instant{});
  CHECK(*parse_timestamp("1700000000") == Instant{1700000000s});
  CHECK(*parse_timestamp("1700000000.123") == Instant{1700000000123ms});
  CHECK(*parse_timestamp("1700000000.123456789") == Instant{1700000000123456789ns});
  CHECK(*parse_timestamp("123.0") == Instant{123s});
}

TEST_CASE("a timestamp may be written as RFC 3339 does") {
  const Instant expected{1700000000s};
  CHECK(*parse_timestamp("2023-11-14T22:13:20Z") == expected);
  CHECK(*parse_timestamp("2023-11-14t22:13:20z") == expected);
  CHECK(*parse_timestamp("2023-11-14 22:13:20Z") == expected);
  CHECK(*parse_timestamp("2023-11-14T23:13:20+01:00") == expected);
  CHECK(*parse_timestamp("2023-11-14T16:43:20-05:30") == expected);
  CHECK(*parse_timestamp("2023-11-14T22:13:20.000000001Z") == expected + 1ns);
  CHECK(*parse_timestamp("2024-02-29T00:00:00Z") == Instant{1709164800s});
}

TEST_CASE("a timestamp may be written as date(1), bash and databases print it") {
  for (const char* text :
       {"2023-11-14T22:13:20,123456789+00:00", "2023-11-14T23:13:20,123456789+0100",
        "2023-11-14T16:43:20.123456789-0530", "2023-11-14 22:13:20.123456789+00",
        "2023-11-14 23:13:20.123456789 +0100", "2023-11-14 22:13:20,123456789 Z",
        "1700000000,123456789"}) {
    CAPTURE(text);
    CHECK(nanoseconds_of(text) == "1700000000123456789");
  }
}

TEST_CASE("second 60 is one only where UTC may have it, at the end of a month") {
  for (const auto& [text, same] : std::vector<std::pair<const char*, const char*>>{
           {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
           {"2015-06-30T23:59:60.5Z", "2015-07-01T00:00:00.5Z"},
           {"2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z"},
           {"2016-12-31T15:59:60-08:00", "2017-01-01T00:00:00Z"},
           {"2017-01-01T05:29:60+0530", "2017-01-01T00:00:00Z"},
           {"2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z"}}) {
    const std::string given = text;
    CAPTURE(given);
    CHECK(nanoseconds_of(given) == nanoseconds_of(same));
  }
  for (const char* bad : {"2026-11-26T12:00:60Z", "2026-11-26T23:59:60Z", "2016-12-31T22:59:60Z",
                          "2016-12-31T23:58:60Z", "2016-12-31T23:59:60+01:00",
                          "2024-02-28T23:59:60Z", "2016-12-31 23:59:60,5 +0100"}) {
    CAPTURE(bad);
    CHECK(complaint(parse_timestamp(bad)) ==
          "expected a second from 0 to 59, or 60 at 23:59 UTC on the last day of a month, got \"" +
              std::string{bad} + '"');
  }
}

TEST_CASE("a timestamp without its offset from UTC is refused, and says so") {
  for (const char* bad :
       {"2023-11-14T22:13:20", "2023-11-14 22:13:20,5", "2023-11-14T22:13:20 UTC",
        "2023-11-14T22:13:20+24:00", "2023-11-14T22:13:20+1", "2023-11-14T22:13:20+01:60",
        "2023-11-14T22:13:20  Z", "2023-11-14T22:13:20Zx", "2023-11-14T22:13:20 "}) {
    CAPTURE(bad);
    CHECK(complaint(parse_timestamp(bad)) ==
          "expected a time that ends with its offset from UTC, Z or such as +01:00, got \"" +
              std::string{bad} + '"');
  }
}

TEST_CASE("a timestamp that is none is refused with what would be one") {
  for (const char* bad : {"",
                          "abc",
                          "-1",
                          "+1",
                          " 1",
                          "1 ",
                          "1.",
                          ".5",
                          "1.1234567890",
                          "1e9",
                          "017",
                          "2023-11-14",
                          "2023-13-14T22:13:20Z",
                          "2023-02-29T00:00:00Z",
                          "2023-11-14T24:00:00Z",
                          "2023-11-14T22:60:00Z",
                          "2023-11-14T22:13:61Z",
                          "1,700,000,000",
                          "1700000000,",
                          "1700000000.5,5",
                          "2023-11-14T22:13:20.1234567890Z",
                          "2023-11-14T22:13:20.Z",
                          "2023-11-14T22:13:20,Z"}) {
    CAPTURE(bad);
    CHECK(complaint(parse_timestamp(bad)) ==
          "expected UNIX seconds with at most nine decimals, or a time such as "
          "2023-11-14T22:13:20Z, got \"" +
              std::string{bad} + '"');
  }
  for (const char* early :
       {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59.999Z", "1600-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z", "1970-01-01T00:00:00+00:01"}) {
    CAPTURE(early);
    CHECK(complaint(parse_timestamp(early)) ==
          "expected a time not before 1970, got \"" + std::string{early} + '"');
  }
  for (const char* late :
       {"99999999999", "9214646400", "2262-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    CAPTURE(late);
    CHECK(complaint(parse_timestamp(late)) ==
          "expected a time before the year 2262, got \"" + std::string{late} + '"');
  }
  CHECK(*parse_timestamp("2261-12-31T23:59:59Z") == *parse_timestamp("9214646399"));
}

TEST_CASE("a timestamp in a finer unit than seconds is recognised") {
  CHECK(complaint(parse_timestamp("1700000000000")) ==
        "expected UNIX seconds and not milliseconds, got \"1700000000000\"; divide it by 1000");
  CHECK(
      complaint(parse_timestamp("1700000000000000")) ==
      "expected UNIX seconds and not microseconds, got \"1700000000000000\"; divide it by 1000000");
  CHECK(complaint(parse_timestamp("1700000000000000000")) ==
        "expected UNIX seconds and not nanoseconds, got \"1700000000000000000\"; divide it by "
        "1000000000");
}

TEST_CASE("a time is written with the decimals that it takes") {
  CHECK(unix_seconds(Instant{1700000000s}) == "1700000000");
  CHECK(unix_seconds(Instant{1700000000120ms}) == "1700000000.12");
  CHECK(unix_seconds(Instant{1700000000000000001ns}) == "1700000000.000000001");
  CHECK(unix_nanoseconds(Instant{1700000000s}) == "1700000000000000000");
}

TEST_SUITE_END();
