#include "json/number.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace metrics_event;

TEST_SUITE_BEGIN("number");

TEST_CASE("a number out of range is a number all the same") {
  for (const char* number : {"1e400", "-1e400", "1e-400", "1", "-0.5E+7"}) {
    CHECK(is_number(number));
  }
  for (const char* other : {"", "nan", "01", "1.", "0x1", " 1"}) {
    CHECK_FALSE(is_number(other));
  }
}

TEST_CASE("a number keeps its digits") {
  for (const char* number : {"0", "-0", "12", "12.5", "12.50", "-3", "403", "0.1",
                             "1700000000.123456789", "123456789012345678901234567890", "0.0"}) {
    CHECK(plain_number(number) == number);
  }
}

TEST_CASE("an exponent is written out") {
  const std::vector<std::pair<const char*, const char*>> numbers{
      {"1e3", "1000"},    {"1E+3", "1000"},       {"1.5e-3", "0.0015"},
      {"-2.5e1", "-25"},  {"12.345e2", "1234.5"}, {"12e-1", "1.2"},
      {"0e5", "0"},       {"-0.0e9", "-0"},       {"1e0", "1"},
      {"100e-2", "1.00"}, {"0.012e1", "0.12"},    {"0e999999999999999999999", "0"}};
  for (const auto& number : numbers) {
    CAPTURE(number.first);
    CHECK(plain_number(number.first) == number.second);
  }
  CHECK(plain_number("1e308")->size() == 309);
  CHECK(plain_number("5e-324")->size() == 326);
}

TEST_CASE("what is not a whole JSON number within a double's range is none") {
  for (const char* bad : {"",
                          "-",
                          "+1",
                          "01",
                          "-01",
                          ".5",
                          "5.",
                          "1e",
                          "1e+",
                          "0x10",
                          "1_0",
                          "1,5",
                          "1.2.3",
                          " 1",
                          "1 ",
                          "1\n",
                          "nan",
                          "NaN",
                          "inf",
                          "Infinity",
                          "1e400",
                          "-1e400",
                          "1e-400",
                          "1e99999999999999999999",
                          "1e-99999999999999999999",
                          "true",
                          "1f",
                          "١"}) {
    CAPTURE(bad);
    CHECK(plain_number(bad) == std::nullopt);
  }
}

TEST_CASE("a number of many digits is within the range of a double, or is none") {
  const std::string zeros(298, '0');
  for (const std::string& good :
       {'1' + zeros + '0', "0." + zeros.substr(1) + '1', "-1" + std::string(307, '0'),
        "0." + std::string(320, '0') + '1'}) {
    CAPTURE(good);
    CHECK(plain_number(good) == good);
  }
  for (const std::string& bad : {'1' + std::string(309, '0'), "0." + std::string(330, '0') + '1'}) {
    CAPTURE(bad);
    CHECK(plain_number(bad) == std::nullopt);
  }
}

TEST_CASE("a number with no digit on one side of its point is that with a zero there") {
  for (const auto& [text, number] :
       std::vector<std::pair<const char*, const char*>>{{".523", "0.523"},
                                                        {"-.5", "-0.5"},
                                                        {"5.", "5"},
                                                        {"-0.", "-0"},
                                                        {".5e3", "0.5e3"},
                                                        {"5.e3", "5e3"}}) {
    CHECK(number_with_bare_point(text).value_or("") == number);
  }
  for (const char* text : {"", ".", "-.", "0.5", "5", "05.", "..5", ".5.", "1.2.3", "+.5", " .5",
                           ".5 ", ".e3", "x.5", ".x", "5.x", "[.5]"}) {
    CAPTURE(text);
    CHECK(number_with_bare_point(text) == std::nullopt);
  }
}

TEST_CASE("numbers are compared by their values, digit by digit") {
  const std::vector<std::string> ascending{"-10", "-9.5", "-0.1", "0",  "0.09",
                                           "0.1", "9",    "9.25", "10", "123456789012345678901"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CAPTURE(ascending[i]);
      CAPTURE(ascending[j]);
      CHECK(std::is_lt(compare_numbers(ascending[i], ascending[j])) == (i < j));
      CHECK(std::is_eq(compare_numbers(ascending[i], ascending[j])) == (i == j));
    }
  }
  CHECK(std::is_eq(compare_numbers("1.50", "1.5")));
  CHECK(std::is_eq(compare_numbers("-0", "0.00")));
}

TEST_CASE("a multiple is one by the exact values of both numbers") {
  struct Row {
    std::string number;
    std::string divisor;
    bool is_multiple;
  };
  const std::string many(100'000, '1'); // its digits have the sum 100 000
  const Row rows[]{{"0.3", "0.1", true},
                   {"0.35", "0.1", false},
                   {"0.70", "0.1", true},
                   {"-0.3", "0.1", true},
                   {"0", "0.1", true},
                   {"-0.0", "5", true},
                   {"15", "5", true},
                   {"15.0", "5", true},
                   {"14", "5", false},
                   {"1.5", "5", false},
                   {"7.5", "2.50", true},
                   {"7.6", "2.5", false},
                   {"1", "0.000000000000000001", true},
                   {"0.0000000000000000015", "0.000000000000000001", false},
                   {"999999999999999999", "999999999999999999", true},
                   {"999999999999999998", "999999999999999999", false},
                   {"123456789012345678901234567890", "10", true},
                   {"123456789012345678901234567891", "10", false},
                   {many + "0", "15", false},
                   {many + "25", "25", true}};
  for (const Row& row : rows) {
    CAPTURE(row.number.substr(0, 40));
    CAPTURE(row.divisor);
    REQUIRE(is_divisor(row.divisor));
    CHECK(is_multiple_of(row.number, row.divisor) == row.is_multiple);
  }
  for (const char* no_divisor : {"0", "0.0", "-1", "1234567890123456789", "1.234567890123456789"}) {
    CAPTURE(no_divisor);
    CHECK_FALSE(is_divisor(no_divisor));
  }
  CHECK(is_divisor("0.00000000000000000000123"));
}

TEST_CASE("all spellings of a number have one shortest form") {
  for (const char* spelling : {"1.5", "1.50", "1.500"}) {
    CHECK(shortest_number(spelling) == "1.5");
  }
  CHECK(shortest_number("-0.0") == "0");
  CHECK(shortest_number("100") == "100");
  CHECK(shortest_number("-100.0") == "-100");
}

TEST_SUITE_END();
