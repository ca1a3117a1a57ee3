// Fields that are given as JSON: what their schemas allow, and what is said of other values.
#include "base/text.hpp"
#include "event/field_value.hpp"
#include "schema/reader.hpp"
#include "schema/writer.hpp"
#include "support/same_type.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

using Type = std::shared_ptr<const EventType>;

// Returns the type with the property x of this schema; `definitions` may hold what it refers to.
Type type_of(const std::string& schema, const std::string& definitions = "{}") {
  const auto type = read_event_schema(R"({"properties":{"x":)" + schema + R"(},"required":["x"],)" +
                                          R"("$defs":)" + definitions + "}",
                                      "thing", "thing.json");
  REQUIRE_MESSAGE(type.has_value(), (type ? "" : type.error().pointer + ": " + type.error().text));
  return *type;
}

// Returns the value as the line has it, or why it is rejected.
std::string value_of(const Type& type, const std::string& json) {
  const auto value = read_json(type->fields.front(), json);
  return value ? *value : value.error().text;
}

struct Row {
  std::string schema;
  std::string words; // that describe it
  std::vector<std::pair<std::string, std::string>> values;
};

// What is written of a type can be read, and is the same type.
void check_round_trip(const EventType& type) {
  const std::string text = event_schema(type);
  CAPTURE(text);
  const auto again = read_event_schema(text, type.name, "thing.json");
  REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().pointer + again.error().text));
  CHECK(is_same(**again, type));
  CHECK(event_schema(**again) == text);
}

void check(const std::vector<Row>& rows, const std::string& definitions = "{}") {
  for (const Row& row : rows) {
    CAPTURE(row.schema);
    const Type type = type_of(row.schema, definitions);
    const Field& field = type->fields.front();
    CHECK(field.type == FieldType::json);
    CHECK(describe(field) == row.words);
    for (const auto& value : row.values) {
      CAPTURE(value.first);
      CHECK(value_of(type, value.first) == value.second);
    }
    check_round_trip(*type);
  }
}

// Values that stay as they are.
std::vector<std::pair<std::string, std::string>> unchanged(const std::vector<std::string>& values) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& value : values) {
    pairs.emplace_back(value, value);
  }
  return pairs;
}

} // namespace

TEST_SUITE_BEGIN("schema");

TEST_CASE("a schema that says nothing allows anything") {
  const auto anything = unchanged({"null", "true", "1.50", R"("a")", "[1,[]]", R"({"a":{"b":1}})"});
  for (const char* schema : {"{}", "true", R"({"title":"X","deprecated":true})"}) {
    check({{schema, "any JSON value", anything}});
  }
  check({{"false",
          "anything but any JSON value",
          {{"1", R"(expected anything but any JSON value, got "1")"}}}});
}

TEST_CASE("the values of a list are checked one by one") {
  check({
      {R"({"type":"array"})", "a list", unchanged({"[]", "[1,null]"})},
      {R"({"type":"array","items":{"type":"integer","minimum":0}})",
       "a list, each a plain whole number, 0 or more",
       {{"[1,2.0,3e2]", "[1,2,300]"},
        {"[1,2.5]", R"(/1: expected a plain whole number, 0 or more, got "2.5")"},
        {R"(["1"])", R"(/0: expected a plain whole number, 0 or more, got the text "1")"},
        {"{}", R"(expected a list, each a plain whole number, 0 or more, got "{}")"},
        {R"("[1]")",
         R"(expected a list, each a plain whole number, 0 or more, got the text "[1]")"}}},
      {R"({"type":"array","items":{"enum":["a","b"]},"minItems":1,"maxItems":2,"uniqueItems":true})",
       "a list of 1 to 2 values without repetition, each one of a, b",
       {{R"(["a","b"])", R"(["a","b"])"},
        {"[]", "expected 1 to 2 values, got 0"},
        {R"(["a","b","a"])", "expected 1 to 2 values, got 3"},
        {R"(["a","a"])", R"(expected different values, got the text "a" twice)"}}},
      {R"({"type":"array","uniqueItems":true})",
       "a list of values without repetition",
       {{"[1,2,true,\"1\"]", "[1,2,true,\"1\"]"},
        {"[1,1.0]", R"(expected different values, got "1.0" twice)"},
        {"[100,1e2]", R"(expected different values, got "1e2" twice)"},
        {R"([{"a":1,"b":[0]},{"b":[-0.0],"a":1}])",
         R"(expected different values, got "{"b":[-0.0],"a":1}" twice)"}}},
      {R"({"type":"array","minItems":1})",
       "a list of at least 1 value",
       {{"[]", "expected at least 1 value, got 0"}}},
      {R"({"type":"array","maxItems":1})",
       "a list of at most 1 value",
       {{"[1,2]", "expected at most 1 value, got 2"}}},
      {R"({"type":"array","items":{"type":"array","items":{"type":"boolean"}}})",
       "a list, each a list, each true or false",
       {{"[[true],[]]", "[[true],[]]"},
        {"[[true],[true,0]]", R"(/1/1: expected true or false, got "0")"}}},
      {R"({"type":"array","items":false})",
       "a list",
       {{"[1]", "expected at most 0 values, got 1"}}},
  });
}

TEST_CASE("the first values of a list may have schemas of their own, in the form of any draft") {
  const std::string pair = "a list: a plain whole number, then text";
  for (const std::string closed :
       {R"("prefixItems":[{"type":"integer"},{"type":"string"}],"items":false)",
        R"("items":[{"type":"integer"},{"type":"string"}],"additionalItems":false)"}) {
    check({{R"({"type":"array",)" + closed + '}',
            pair,
            {{R"([1.0,"a"])", R"([1,"a"])"},
             {"[]", "[]"},
             {R"(["a",1])", R"(/0: expected a plain whole number, got the text "a")"},
             {R"([1,"a",2])", "expected at most 2 values, got 3"}}}});
  }
  check({{R"({"type":"array","items":[{"type":"integer"}],"additionalItems":{"type":"string"}})",
          "a list: a plain whole number",
          {{R"([1,"a","b"])", R"([1,"a","b"])"},
           {R"([1,"a",5])", R"(/2: expected text, got "5")"}}}});
}

TEST_CASE("the members of an object are checked by their names") {
  check({
      {R"({"type":"object"})",
       "an object",
       {{"{}", "{}"}, {"[]", R"(expected an object, got "[]")"}}},
      {R"({"type":"object","additionalProperties":{"type":"string"}})",
       "an object, each value text",
       {{R"({"a":"b"})", R"({"a":"b"})"},
        {R"({"a/b~":1})", R"(/a~1b~0: expected text, got "1")"},
        {R"({"\u001b":1})", R"(/\x1b: expected text, got "1")"}}},
      {R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"array","items":{}}},)"
       R"("required":["a","c"],"minProperties":2})",
       R"(an object with "a" and "c" and at least 2 members)",
       {{R"({"c":null,"a":1.0})", R"({"c":null,"a":1})"},
        {R"({"a":1,"b":[]})", R"(the member "c" is missing)"},
        {R"({"a":"1","c":1})", R"(/a: expected a plain whole number, got the text "1")"},
        {R"({"a":1})", "expected at least 2 members, got 1"}}},
      {R"({"type":"object","properties":{"level":{"type":"string"}},"additionalProperties":false,)"
       R"("default":{}})",
       "an object",
       {{R"({"levl":"a"})", R"(/levl: no such member is declared, did you mean "level"?)"}}},
      {R"({"type":"object","patternProperties":{"^n":{"type":"number"},"s$":{"enum":[1,"x"]}},)"
       R"("additionalProperties":false})",
       "an object",
       {{R"({"n":1.5,"s":"x","ns":1})", R"({"n":1.5,"s":"x","ns":1})"},
        {R"({"ns":2})", R"(/ns: expected one of 1, "x", got "2")"},
        {R"({"a":2})", "/a: no such member is declared"}}},
      {R"({"type":"object","propertyNames":{"pattern":"^[a-z]+$","type":"string"}})",
       "an object",
       {{R"({"a":1})", R"({"a":1})"},
        {R"({"A":1})",
         R"(/A: the name does not fit: expected text that matches ^[a-z]+$, got "A")"}}},
  });
}

TEST_CASE("schemas are combined as JSON Schema does it") {
  check({
      {R"({"anyOf":[{"type":"integer"},{"type":"string","maxLength":3}]})",
       "a plain whole number or text of at most 3 characters",
       {{"5.0", "5"},
        {R"("abc")", R"("abc")"},
        {R"("abcd")",
         R"(expected a plain whole number or text of at most 3 characters, got the text "abcd")"},
        {"true", R"(expected a plain whole number or text of at most 3 characters, got "true")"}}},
      {R"({"type":["boolean","integer"],"minimum":2})",
       "true or false or a plain whole number, 2 or more",
       {{"true", "true"},
        {"1", "expected true or false or a plain whole number, 2 or more, got \"1\""}}},
      {R"({"anyOf":[{"type":"array","items":{"type":"integer"}},{"type":"string"}]})",
       "a list, each a plain whole number or text",
       {{"[1,true]", R"(/1: expected a plain whole number, got "true")"}}},
      {R"({"anyOf":[{"type":"object","properties":{"k":{"const":"a"}}},)"
       R"({"type":"object","properties":{"k":{"const":"b"}}}]})",
       "an object or an object",
       {{R"({"k":"b"})", R"({"k":"b"})"},
        {R"({"k":"c"})", R"(/k: expected a, got "c", or /k: expected b, got "c")"}}},
      {R"({"oneOf":[{"type":"integer"},{"type":"number","minimum":5}]})",
       "a plain whole number or a plain number, 5 or more",
       {{"1", "1"},
        {"5.5", "5.5"},
        {"5", R"(expected JSON that exactly one of the declared schemas allows, got "5")"}}},
      {R"({"allOf":[{"type":"integer"},{"type":"integer","multipleOf":5}]})",
       "a plain whole number and also a plain whole number, a multiple of 5",
       {{"10", "10"}, {"12", R"(expected a plain whole number, a multiple of 5, got "12")"}}},
      {R"({"type":"string","not":{"enum":["a"]}})",
       "text and also anything but a",
       {{R"("b")", R"("b")"}, {R"("a")", R"(expected anything but a, got the text "a")"}}},
      {R"({"enum":["a",1,[2.0],{"b":1}]})",
       R"(one of "a", 1, [2.0], {"b":1})",
       {{"1.0", "1.0"},
        {"[2]", "[2]"},
        {R"({"b":1.0})", R"({"b":1.0})"},
        {"2", R"(expected one of "a", 1, [2.0], {"b":1}, got "2")"}}},
      {R"({"const":{"a":1}})", R"({"a":1})", {{R"({"a":1})", R"({"a":1})"}}},
  });
}

TEST_CASE(
    "a definition is read wherever it is referred to, and a tree down to where it begins again") {
  const std::string definitions = R"({"Tree":{"type":"object","properties":{"n":{"type":"integer"},
      "next":{"anyOf":[{"$ref":"#/$defs/Tree"},{"type":"null"}]}},"required":["n"]},
      "Code":{"type":"object","properties":{"code":{"type":"integer"}},"required":["code"]}})";
  check({{R"({"type":"array","items":{"$ref":"#/$defs/Code"}})",
          R"(a list, each an object with "code")",
          {{R"([{"code":1},{"code":"2"}])",
            R"(/1/code: expected a plain whole number, got the text "2")"},
           {"[{}]", R"(/0: the member "code" is missing)"}}},
         {R"({"type":"array","items":{"$ref":"#/$defs/Tree"}})",
          R"(a list, each an object with "n")",
          {{R"([{"n":1,"next":{"n":"not checked"}}])", R"([{"n":1,"next":{"n":"not checked"}}])"},
           {R"([{"next":null}])", R"(/0: the member "n" is missing)"}}}},
        definitions);
}

TEST_CASE("what cannot be checked is accepted, and kept") {
  check({{R"({"type":"array","contains":{"const":1}})",
          "a list and also any JSON value",
          {{"[2]", "[2]"}}},
         {R"json({"anyOf":[{"type":"number"},{"type":"string","pattern":"^(?!a)"}]})json",
          "a plain number or text",
          {{R"("a")", R"("a")"}}}});
  CHECK(event_schema(*type_of(R"({"type":"array","contains":{"const":1}})")).find("\"contains\"") !=
        std::string::npos);
}

TEST_CASE("a field is optional when null is among what it may be") {
  for (const char* schema :
       {R"({"anyOf":[{"type":"integer"},{"type":"string"},{"type":"null"}]})",
        R"({"type":["array","null"]})", R"({"enum":["a",1,null]})", R"({"type":"null"})",
        R"({"oneOf":[{"type":"array"},{"type":"null"}]})", R"({"const":null})",
        R"({"type":"array","items":{"type":["null","integer"]},"default":[null]})",
        R"({"oneOf":[{"type":"array"},{"type":"null","title":"V"}],"default":[]})"}) {
    CAPTURE(schema);
    const Type type = type_of(schema);
    CHECK_FALSE(type->fields.front().required);
    check_round_trip(*type);
  }
  CHECK(type_of(R"({"anyOf":[{"type":"integer"},{"type":"string"}]})")->fields.front().required);
}

TEST_CASE("references cannot multiply without bounds") {
  const auto doubling = [](int levels) {
    std::string definitions = R"({"D0":{"type":"array"})";
    for (int i = 1; i <= levels; ++i) {
      const std::string before = R"({"$ref":"#/$defs/D)" + std::to_string(i - 1) + "\"}";
      definitions +=
          R"(,"D)" + std::to_string(i) + R"(":{"anyOf":[)" + before + ',' + before + "]}";
    }
    return R"({"properties":{"x":{"$ref":"#/$defs/D)" + std::to_string(levels) + R"("}},"$defs":)" +
           definitions + "}}";
  };
  CHECK(read_event_schema(doubling(4), "thing", "thing.json").has_value());
  const auto deep = read_event_schema(doubling(40), "thing", "thing.json");
  REQUIRE(deep.has_error());
  CHECK(deep.error().text == "the schema is too large once its references are followed; write true "
                             "instead of a part of it");
  std::string chain = R"({"properties":{"x":{"$ref":"#/$defs/D0"}},"$defs":{)";
  for (int i = 0; i < 100; ++i) {
    chain += R"("D)" + std::to_string(i) + R"(":{"type":"array","items":{"$ref":"#/$defs/D)" +
             std::to_string(i + 1) + "\"}},";
  }
  const auto endless = read_event_schema(chain + R"("D100":{}}})", "thing", "thing.json");
  REQUIRE(endless.has_error());
  CHECK(endless.error().text ==
        "expected at most 64 schemas within each other; write true instead");
}

TEST_SUITE_END();
