#include "event/field_value.hpp"

#include "event/pattern.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace metrics_event;

namespace {

std::string text(const Field& field, std::string_view given) {
  std::string value;
  const auto mismatch = append_text(value, field, given);
  return mismatch ? mismatch->text : value;
}

bool takes(const Field& field, std::string_view given) {
  std::string value;
  return !append_text(value, field, given);
}

std::string json(const Field& field, std::string_view given) {
  const auto value = read_json(field, given);
  return value ? *value : value.error().text;
}

} // namespace

TEST_SUITE_BEGIN("field_value");

TEST_CASE("bounds are exact, and said in words") {
  const Field between{.name = "x", .type = FieldType::number, .minimum = "0", .maximum = "0.3"};
  CHECK(text(between, "0") == "0");
  CHECK(text(between, "0.30") == "0.30");
  CHECK(text(between, "0.30000000000000000001") ==
        R"(expected a plain number, from 0 to 0.3, got "0.30000000000000000001")");
  const Field beyond{.name = "x",
                     .type = FieldType::integer,
                     .exclusive_minimum = "9007199254740992",
                     .exclusive_maximum = "9007199254740995"};
  CHECK(text(beyond, "9007199254740993") == "9007199254740993");
  CHECK(text(beyond, "9007199254740992") ==
        "expected a plain whole number, more than 9007199254740992 and less than "
        R"(9007199254740995, got "9007199254740992")");
  CHECK_FALSE(takes(beyond, "9007199254740995"));
  const Field at_most{.name = "x", .type = FieldType::number, .maximum = "-1.5"};
  CHECK(text(at_most, "-1.5") == "-1.5");
  CHECK(text(at_most, "-2") == "-2");
  CHECK(text(at_most, "-1.4") == R"(expected a plain number, at most -1.5, got "-1.4")");
}

TEST_CASE("a number in a flag may have no digit on one side of its point, as bc prints it") {
  const Field number{.name = "x", .type = FieldType::number, .minimum = "0"};
  CHECK(text(number, ".523") == "0.523");
  CHECK(text(number, "5.") == "5");
  CHECK(text(number, "-.5") == R"(expected a plain number, 0 or more, got "-0.5")");
  CHECK(text(number, ".") == R"(expected a plain number, 0 or more, got ".")");
  CHECK(text(number, "0,5") == R"(expected a plain number, 0 or more, got "0,5")");
  const Field integer{.name = "x", .type = FieldType::integer};
  CHECK(text(integer, "5.") == "5");
  CHECK(text(integer, ".5") == R"(expected a plain whole number, got "0.5")");
}

TEST_CASE("lengths count characters and not bytes") {
  const Field field{.name = "x", .min_length = 2, .max_length = 3};
  CHECK(text(field, "éé") == R"("éé")");
  CHECK(text(field, "ééé") == R"("ééé")");
  CHECK(text(field, "é") == R"(expected text of 2 to 3 characters, got "é")");
  CHECK_FALSE(takes(field, "abcd"));
  const Field one{.name = "x", .min_length = 1};
  CHECK(text(one, "") == R"(expected text of 1 character or more, got "")");
}

TEST_CASE("a pattern is found anywhere in a text") {
  const Pattern pattern = *Pattern::compile("^.+/.+$");
  const Field field{.name = "repo", .pattern = &pattern};
  CHECK(text(field, "a/b") == R"("a/b")");
  CHECK(text(field, "ab") == R"(expected text that matches ^.+/.+$, got "ab")");
}

TEST_CASE("choices are texts, numbers or one of true and false") {
  constexpr std::array<std::string_view, 2> words{"normal", "abnormal"};
  const Field status{.name = "x", .choices = words};
  CHECK(text(status, "normal") == R"("normal")");
  CHECK(text(status, "norm") == R"(expected one of normal, abnormal, got "norm")");
  constexpr std::array<std::string_view, 2> numbers{"1", "2.50"};
  const Field level{.name = "x", .type = FieldType::number, .choices = numbers};
  CHECK(text(level, "2.5") == "2.5");
  CHECK(text(level, "3") == R"(expected one of 1, 2.50, got "3")");
  const Field flag{.name = "x", .type = FieldType::boolean};
  CHECK(text(flag, "true") == "true");
  CHECK(text(flag, "yes") == R"(expected true or false, got "yes")");
}

TEST_CASE("JSON must have the type of the field") {
  const Field number{.name = "x", .type = FieldType::number};
  CHECK(json(number, "123.0") == "123.0");
  CHECK(json(number, "1e3") == "1000");
  CHECK(json(number, R"("12.5")") == R"(expected a plain number, got the text "12.5")");
  CHECK(json(number, "null") == R"(expected a plain number, got "null")");
  const Field integer{.name = "x", .type = FieldType::integer};
  CHECK(json(integer, "403.0") == "403");
  CHECK(json(integer, "4.03e2") == "403");
  CHECK(json(integer, "403.5") == R"(expected a plain whole number, got "403.5")");
  const Field string{.name = "x"};
  CHECK(json(string, R"("\u00e9\n")") == R"("é\n")");
  CHECK(json(string, "1") == R"(expected text, got "1")");
  const Field flag{.name = "x", .type = FieldType::boolean};
  CHECK(json(flag, "true") == "true");
  CHECK(json(flag, R"("true")") == R"(expected true or false, got the text "true")");
}

TEST_CASE("a time in JSON is a number or a text, exact to the nanosecond") {
  using namespace std::chrono_literals;
  CHECK(*read_json_time("1700000000.123456789") == Instant{1700000000123456789ns});
  CHECK(*read_json_time("1.7e9") == Instant{1700000000s});
  CHECK(*read_json_time("123.0") == Instant{123s});
  CHECK(*read_json_time(R"("2023-11-14T22:13:20+00:00")") == Instant{1700000000s});
  CHECK(read_json_time("1700000000123").error().text ==
        R"(expected UNIX seconds and not milliseconds, got "1700000000123"; divide it by 1000)");
  CHECK_FALSE(read_json_time("true").has_value());
}

TEST_SUITE_END();
