#include "json/reader.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

namespace {

// The compact form, or where and why there is none.
std::string compact(std::string_view text) {
  const auto json = compact_json(text);
  return json ? *json : std::to_string(json.error().offset) + ": " + json.error().text;
}

} // namespace

TEST_SUITE_BEGIN("json_reader");

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

TEST_CASE("only a JSON string has the value of one") {
  CHECK(string_value(R"("a\u00e9\n")") == "aé\n");
  CHECK(string_value("1") == std::nullopt);
  CHECK(string_value("nonsense") == std::nullopt);
}

TEST_SUITE_END();
