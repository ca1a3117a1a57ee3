#include "json_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace metrics_event;

namespace {

// The compact form, or where and why there is none.
std::string compact(std::string_view text) {
  const auto json = compact_json(text);
  return json ? *json : std::to_string(json.error().offset) + ": " + json.error().text;
}

} // namespace

TEST_SUITE_BEGIN("json_text");

TEST_CASE("a string is escaped where JSON or a terminal needs it") {
  CHECK(json_string("plain é 😀 /") == "\"plain é 😀 /\"");
  CHECK(json_string("\"\\\n\t") == R"("\"\\\n\t")");
  CHECK(json_string(std::string{"\0\x1b\x7f", 3}) == R"("\u0000\u001b\u007f")");
  CHECK(json_string("\u0080\u009b\u009f\u00a0") == "\"\\u0080\\u009b\\u009f\u00a0\"");
}

TEST_CASE("a string is safe whatever is in it") {
  CHECK(json_string("a\u202eb\u2028") == R"("a\u202eb\u2028")");
  CHECK(json_string("a\xff\xc2") == "\"a\uFFFD\uFFFD\"");
}

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

TEST_CASE("JSON is made compact without touching numbers or order") {
  CHECK(
      compact(" { \"b\" : 12.50 ,\n \"a\" : [ 1e3 , -0 , true , null , \"x\" ] , \"c\" : {} } ") ==
      R"({"b":12.50,"a":[1e3,-0,true,null,"x"],"c":{}})");
  CHECK(compact("[]") == "[]");
  CHECK(compact("123456789012345678901234567890.5") == "123456789012345678901234567890.5");
  CHECK(compact("\"\\u001b\\u0041é\"") == "\"\\u001bAé\"");
  CHECK(compact(std::string(100000, ' ') + "{}") == "{}");
  CHECK(compact("[\"" + std::string(100000, 'x') + "\"]").size() == 100004);
}

TEST_CASE("what is not one JSON value has no compact form") {
  for (const char* bad : {"{", "{}{}", "plain text", "{\"a\":1} x", "[1,]", "nan", "\"\xff\"",
                          "\"\n\"", "// comment\n1", "\"\\ud800\""}) {
    CAPTURE(bad);
    CHECK_FALSE(compact_json(bad).has_value());
  }
  CHECK_FALSE(compact_json(std::string(100000, '[')).has_value());
  CHECK(compact(" ") == "0: expected JSON, got nothing");
  CHECK(compact("{} x") == "3: something follows the JSON");
  CHECK(compact("[1,]") == "3: no JSON: syntax error");
}

TEST_CASE("a name that is there twice and a number that no double holds are mistakes") {
  CHECK(compact(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})") ==
        R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})");
  CHECK(compact(R"({"x":{"a":1,"\u0061":2}})").ends_with(R"(: "a" is there twice)"));
  CHECK(compact("[1e400]").ends_with(
      R"(: expected a number within the range of a double, got "1e400")"));
  CHECK_FALSE(compact_json("[1e-400]").has_value());
}

TEST_CASE("the members of an object keep their order, and their values are compact") {
  const auto members =
      parse_members(R"( {"b": [1, {"x" : 2.50}], "\u0061": "\u00e9" , "c": {} } )");
  REQUIRE(members.has_value());
  REQUIRE(members->size() == 3);
  CHECK((*members)[0].name == "b");
  CHECK((*members)[0].json == R"([1,{"x":2.50}])");
  CHECK((*members)[1].name == "a");
  CHECK((*members)[1].json == R"("é")");
  CHECK((*members)[2].json == "{}");
  CHECK(parse_members("{}")->empty());
  for (const char* bad : {"[]", "1", "\"a\"", "null", "[{\"a\":1}]"}) {
    CAPTURE(bad);
    CHECK(parse_members(bad).error().text == "expected a JSON object");
  }
}

TEST_CASE("a member's value is found where it begins") {
  const std::string text =
      R"( {"a" : 1, "b\"}":"}{,:\"", "c":{"d" : [ {"e":1} ],"f": -1.5 },"g":[]})";
  const auto value = [&text](std::string_view member) {
    return text.substr(offset_of(text, member), 4);
  };
  CHECK(value("a") == "1, \"");
  CHECK(value("b\"}") == R"("}{,)");
  CHECK(value("c") == R"({"d")");
  CHECK(value("c.d") == "[ {\"");
  CHECK(value("c.f") == "-1.5");
  CHECK(value("g") == "[]}");
  CHECK(offset_of(text, "h") == 0);
  CHECK(offset_of("[]", "a") == 0);
}

TEST_CASE("numbers are compared by their values, digit by digit") {
  const std::vector<std::string> ascending{"-10", "-9.5", "-0.1", "0",  "0.09",
                                           "0.1", "9",    "9.25", "10", "123456789012345678901"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CAPTURE(ascending[i]);
      CAPTURE(ascending[j]);
      CHECK((compare_numbers(ascending[i], ascending[j]) < 0) == (i < j));
      CHECK((compare_numbers(ascending[i], ascending[j]) == 0) == (i == j));
    }
  }
  CHECK(compare_numbers("1.50", "1.5") == 0);
  CHECK(compare_numbers("-0", "0.00") == 0);
}

TEST_CASE("only a JSON string has the value of one") {
  CHECK(string_value(R"("a\u00e9\n")") == "aé\n");
  CHECK(string_value("1") == std::nullopt);
  CHECK(string_value("nonsense") == std::nullopt);
}

TEST_CASE("objects and arrays are written in order") {
  CHECK(JsonObject{}.str() == "{}");
  CHECK(JsonObject{}.text("b", "x\"").raw("a", "12.5").raw("c", "null").str() ==
        R"({"b":"x\"","a":12.5,"c":null})");
  CHECK(json_array(std::vector<std::string>{}) == "[]");
  CHECK(json_array(std::vector<std::string>{"a", "b\n"}) == R"(["a","b\n"])");
  CHECK(json_object({{"b", "1"}, {"a", "2"}}) == R"({"a":"2","b":"1"})");
}

TEST_CASE("how long a string can be is known before it is made") {
  for (const std::string text :
       {"", "plain", "\"\\", "\n\t", "\x1b\x7f", "\u0085\u202e", "é€😀", "\xff\xc3"}) {
    CAPTURE(text);
    CHECK(json_string(text).size() <= json_string_bound(text));
  }
  CHECK(json_string_bound(R"(plain "\ text)") == json_string(R"(plain "\ text)").size());
}

TEST_SUITE_END();
