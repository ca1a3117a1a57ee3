#include "base/value.hpp"

#include "support/complaint.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace metrics_event;
using testing::complaint;

TEST_SUITE_BEGIN("value");

TEST_CASE("a truth value has the usual spellings") {
  for (const char* yes : {"true", "TRUE", "yes", "on", "1"}) {
    CHECK(*parse_bool(yes));
  }
  for (const char* no : {"false", "No", "off", "0"}) {
    CHECK_FALSE(*parse_bool(no));
  }
  CHECK(complaint(parse_bool("maybe")) == "expected true or false, got \"maybe\"");
  CHECK(complaint(parse_bool("")) == "expected true or false, got \"\"");
}

TEST_CASE("a count is within its bounds") {
  CHECK(*parse_count("0", 0, 65535) == 0);
  CHECK(*parse_count("65535", 0, 65535) == 65535);
  for (const char* bad : {"", "-1", "65536", "1.5", "99999999999999999999", " 1", "0x1"}) {
    CAPTURE(bad);
    CHECK(complaint(parse_count(bad, 0, 65535)) ==
          "expected a whole number from 0 to 65535, got \"" + std::string{bad} + '"');
  }
}

TEST_SUITE_END();
