#include "event/catalogue.hpp"
#include "event/pattern.hpp"
#include "json/reader.hpp"
#include "schema/keywords.hpp"
#include "schema/reader.hpp"
#include "schema/schema_file.hpp"
#include "schema/writer.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/same_type.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

using Type = std::shared_ptr<const EventType>;

Type read(std::string_view json, std::string_view name = "thing") {
  const auto type = read_event_schema(json, name, "thing.json");
  REQUIRE_MESSAGE(type.has_value(), (type ? "" : type.error().pointer + ": " + type.error().text));
  return *type;
}

SchemaMistake mistake(std::string_view json) {
  constexpr std::string_view taken_flags[]{"help", "url", "dry-run"};
  const auto type = read_event_schema(json, "thing", "thing.json", {taken_flags});
  return type ? SchemaMistake{"", "no mistake"} : type.error();
}

std::string with_property(std::string_view keywords) {
  return R"({"properties":{"x":{)" + std::string{keywords} + "}}}";
}

// The type of the only property, which has to be kept as long as the field.
Type read_property(std::string_view keywords) {
  Type type = read(with_property(keywords));
  REQUIRE(type->fields.size() == 1);
  return type;
}

const Field& field_of(const Type& type, std::string_view name) {
  for (const Field& field : type->fields) {
    if (field.name == name) {
      return field;
    }
  }
  FAIL("no field " << name);
  return type->fields.front();
}

// "name: what it must be", with ? for a field that is not required and ~ for one in an object that
// may be left out, and the default if there is one.
std::vector<std::string> summary(const Type& type) {
  std::vector<std::string> lines;
  for (const Field& field : type->fields) {
    lines.push_back(std::string{field.name} + (field.required ? "" : "?") +
                    (field.in_optional_object ? "~" : "") + ": " + describe(field) +
                    (field.default_value.empty() ? "" : " = " + std::string{field.default_value}));
  }
  return lines;
}

void check_stays_the_same(const EventType& type) {
  const std::string text = event_schema(type);
  CAPTURE(text);
  CHECK(is_same(*read(text, type.name), type));
  CHECK(event_schema(*read(text, type.name)) == text);
}

struct Mistake {
  std::string schema;
  std::string pointer;
  std::string text;
};

using Lines = std::vector<std::string>;

const Lines runner_start{
    "flavor: text",
    "workflow: text",
    "repo: text",
    "github_event: text",
    "idle: a plain number, 0 or more",
    "queue_duration?: a plain number, 0 or more",
};

const Lines runner_stop{
    "flavor: text",
    "workflow: text",
    "repo: text",
    "github_event: text",
    "status: text",
    "status_info.code~: a plain whole number",
    "job_duration: a plain number, 0 or more",
    "job_conclusion?: text",
};

const Lines reconciliation{
    "flavor: text",
    "crashed_runners: a plain whole number",
    "idle_runners: a plain whole number",
    "active_runners: a plain whole number",
    "expected_runners: a plain whole number",
    "duration: a plain number, 0 or more",
};

Lines changed(Lines lines, std::size_t index, std::string line) {
  lines.at(index) = std::move(line);
  return lines;
}

const std::string conclusion = "one of success, failure, cancelled";

struct Model {
  std::string name; // of the class, or of the file without its extension
  Lines fields;
  std::string help{};
};

Lines extended(Lines lines, const Lines& more) {
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

const Model pydantic1[]{
    {"RunnerInstalled",
     {"flavor: text", "duration: a plain number, 0 or more"},
     "Metric event for when a runner is installed."},
    {"RunnerStart", runner_start, "Metric event for when a runner is started."},
    {"RunnerStartOfRepo", changed(runner_start, 2, "repo: text that matches ^.+/.+$"),
     "Metric event for when a runner is started."},
    {"RunnerStop", runner_stop, "Metric event for when a runner is stopped."},
    {"RunnerStopConcluded",
     extended(changed(runner_stop, 7, "job_conclusion?: " + conclusion),
              {"verdict?: " + conclusion + " = \"success\""}),
     "Metric event for when a runner is stopped."},
    {"Reconciliation", reconciliation, "Base metric event for reconciliation."},
};

const Model pydantic2[]{
    {"runner_installed", pydantic1[0].fields, pydantic1[0].help},
    {"runner_start", pydantic1[2].fields, pydantic1[2].help},
    {"runner_stop",
     extended(pydantic1[4].fields, {"second_verdict?: " + conclusion + " = \"failure\""}),
     pydantic1[4].help},
    {"reconciliation", reconciliation, pydantic1[5].help},
};

} // namespace

TEST_SUITE_BEGIN("schema");

TEST_CASE("a schema declares an event type") {
  const Type type = read(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$comment": "ours",
    "title": "Thing",
    "description": "a thing\n happened\n\nMore of it.",
    "type": "object",
    "properties": {
      "timestamp": {"type": "number", "minimum": 0, "description": "when"},
      "event": {"type": "string", "enum": ["other", "thing"]},
      "took": {"type": "number", "minimum": 0.50, "exclusiveMaximum": 1e3, "x-unit": "seconds",
               "x-measured": "duration", "description": "how long\n it took"},
      "size": {"enum": ["small", "large"], "default": "small"},
      "level": {"const": 12345678901234567890.10},
      "code": {"type": ["null", "integer"], "x-measured": "exit-code"},
      "ok": {"type": "boolean", "default": false},
      "place": {
        "type": "object",
        "properties": {
          "room": {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^[A-Z]"},
          "floor": {"type": "integer", "default": null}
        },
        "required": ["room"],
        "additionalProperties": false
      }
    },
    "required": ["timestamp", "event", "took", "size", "level", "code", "place"],
    "additionalProperties": false
  })");
  CHECK(type->name == "thing");
  CHECK(type->help == "a thing happened");
  CHECK(type->origin == "thing.json");
  CHECK_FALSE(type->takes_extras);
  CHECK(summary(type) == Lines{"took: a plain number of seconds, 0.50 or more and less than 1000",
                               "size?: one of small, large = \"small\"",
                               "level: 12345678901234567890.10", "code?: a plain whole number",
                               "ok?: true or false = false",
                               "place.room: text of 1 to 9 characters that matches ^[A-Z]",
                               "place.floor?: a plain whole number"});
  CHECK(field_of(type, "took").help == "how long it took");
  CHECK(field_of(type, "took").measured == Measured::duration);
  CHECK(field_of(type, "code").measured == Measured::exit_code);
  check_stays_the_same(*type);
}

TEST_CASE("what a schema leaves out is open") {
  const Type type = read("{}");
  CHECK(type->fields.empty());
  CHECK(type->takes_extras);
  CHECK(type->help.empty());
  CHECK(read(R"({"title":"Thing"})")->help.empty());
  CHECK(read(R"({"title":"thing"})")->help.empty());
  CHECK(read(R"({"title":"a  thing"})")->help == "a thing");
}

TEST_CASE("help is a description, or a title that says more than the name") {
  const auto help = [](const std::string& keywords) {
    const Type type =
        read(R"({"properties":{"queue_duration":{"type":"number")" + keywords + "}}}");
    return std::string{type->fields.front().help};
  };
  CHECK(help("").empty());
  CHECK(help(R"(,"title":"Queue Duration")").empty());
  CHECK(help(R"(,"title":"QueueDuration")").empty());
  CHECK(help(R"(,"title":"Time in the queue")") == "Time in the queue");
  CHECK(help(R"(,"title":"Time in the queue","description":" its\n length\n\nmore")") ==
        "its length");
  CHECK(help(R"(,"description":"\u001b[31mred\u202e")") == "[31mred");
}

TEST_CASE("numbers stay as they are typed") {
  const Type type = read_property(
      R"("type":"number","minimum":-1.50,"maximum":1E2,"default":99.99999999999999999990)");
  CHECK(mistake(with_property(R"("type":"number","maximum":1E2,"default":100.0000000000000000001)"))
            .text == "the default is not a valid value: expected a plain number, at most 100, got "
                     "\"100.0000000000000000001\"");
  CHECK(type->fields[0].minimum == "-1.50");
  CHECK(type->fields[0].maximum == "100");
  CHECK(type->fields[0].default_value == "99.99999999999999999990");
}

TEST_CASE("a text choice is as a flag takes it") {
  const Type type = read_property(R"("enum":["a\"b","","ä"])");
  CHECK(std::vector(type->fields[0].choices.begin(), type->fields[0].choices.end()) ==
        std::vector<std::string_view>{"a\"b", "", "ä"});
  CHECK(summary(read_property(R"("enum":[1,2.5e1])")) == Lines{"x?: one of 1, 25"});
  CHECK(summary(read_property(R"("const":true)")) == Lines{"x?: true"});
  CHECK(summary(read_property(R"("type":["string","null"],"enum":["a",null])")) == Lines{"x?: a"});
  CHECK(summary(read_property(R"("const":"a","enum":["a","b"])")) == Lines{"x?: a"});
}

TEST_CASE("references are followed, and what stands beside one comes first") {
  const std::string definitions = R"("$defs":{"A/B":{"title":"B","description":"of A",
      "type":"string","default":"a"},"C":{"$ref":"#/definitions/D"}},
      "definitions":{"D":{"anyOf":[{"type":"null"},{"type":"integer"}]},"unused":{"translit":1}})";
  const auto read_with = [&](const std::string& keywords) {
    return read(R"({"required":["x"],"properties":{"x":{)" + keywords + "}}," + definitions + "}");
  };
  CHECK(summary(read_with(R"("$ref":"#/$defs/A~1B")")) == Lines{"x?: text = \"a\""});
  CHECK(read_with(R"("$ref":"#/$defs/A~1B")")->fields[0].help == "of A");
  CHECK(read_with(R"("$ref":"#/$defs/A~1B","description":"ours")")->fields[0].help == "ours");
  CHECK(summary(read_with(R"("allOf":[{"$ref":"#/$defs/A~1B"}],"default":"b")")) ==
        Lines{"x?: text = \"b\""});
  CHECK(summary(read_with(R"("$ref":"#/$defs/C","x-unit":"seconds")")) ==
        Lines{"x?: a plain whole number of seconds"});
  CHECK(summary(read(R"({"$ref":"#/definitions/Thing","definitions":{"Thing":
      {"type":"object","properties":{"x":{"type":"string"}},"required":["x"]}}})")) ==
        Lines{"x: text"});
}

TEST_CASE("what is wrong with a schema is said, and where") {
  const Mistake mistakes[]{
      {"nonsense", "", "not valid JSON: unexpected \"n\" at line 1, column 1"},
      {R"({"a": 1, "a": 2})", "", R"("a" occurs twice at line 1, column 12)"},
      {"[]", "", "expected an object, got []"},
      {R"({"dependentRequired":{}})", "/dependentRequired",
       R"(unsupported keyword "dependentRequired"; remove it; see metrics-event-schema(5))"},
      {R"({"propertis":{}})", "/propertis",
       R"(unsupported keyword "propertis", did you mean "properties"?)"},
      {R"({"$schema":"http://json-schema.org/draft-03/schema#"})", "/$schema",
       R"(expected the URI of a draft from draft-04 to 2020-12, such as "https://json-schema.org/draft/2020-12/schema", or "./metrics-event.schema.json", got "http://json-schema.org/draft-03/schema#")"},
      {R"({"$schema":"./other-metrics-event.schema.json"})", "/$schema",
       R"(expected the URI of a draft from draft-04 to 2020-12, such as "https://json-schema.org/draft/2020-12/schema", or "./metrics-event.schema.json", got "./other-metrics-event.schema.json")"},
      {R"({"title":5})", "/title", "expected a string, got 5"},
      {R"({"type":"array"})", "/type", R"(expected "object", got "array")"},
      {R"({"type":["object","null"]})", "/type", R"(expected "object", got ["object","null"])"},
      {R"({"properties":[]})", "/properties", "expected an object, got []"},
      {R"({"required":["x"]})", "/required/0", R"("x" is not among the properties)"},
      {R"({"properties":{"flavor":{"type":"string"}},"required":["flavour"]})", "/required/0",
       R"("flavour" is not among the properties, did you mean "flavor"?)"},
      {R"({"properties":{"x":{"type":"string"}},"required":["x","x"]})", "/required/1",
       R"("x" occurs twice)"},
      {R"({"required":"x"})", "/required", R"(expected an array, got "x")"},
      {R"({"required":[1]})", "/required/0", "expected a string, got 1"},
      {R"({"additionalProperties":5})", "/additionalProperties", "expected an object, got 5"},
      {R"({"anyOf":[{"type":"object"},{"type":"null"}]})", "/anyOf",
       R"(unsupported keyword "anyOf"; remove it; see metrics-event-schema(5))"},
      {R"({"allOf":[{"type":"object"},{"type":"object"}]})", "/allOf",
       R"(expected one schema, got [{"type":"object"},{"type":"object"}])"},
      {R"({"$ref":"#/$defs/A","$defs":{"A":{"type":"object"}},"required":[]})", "/required",
       R"("required" beside "$ref" is not supported; move it into the schema that "$ref" leads to)"},
      {R"({"$defs":[]})", "/$defs", "expected an object, got []"},
      {R"({"properties":{"when":{"type":"string","formatMinimum":"2000"}}})",
       "/properties/when/formatMinimum",
       R"(unsupported keyword "formatMinimum"; remove it; see metrics-event-schema(5))"},
      {R"({"properties":{"x":5}})", "/properties/x", "expected an object, got 5"},
      {R"({"properties":{"x":{"type":"number","minimum":1e999}}})", "",
       R"(expected a number within the range of a double, got "1e999" at line 1, column 52)"},
      {R"({"properties":{"x":{"$ref":"#/$defs/A","minimum":1}},"$defs":{"A":{"type":"number"}}})",
       "/properties/x/minimum",
       R"("minimum" beside "$ref" is not supported; move it into the schema that "$ref" leads to)"},
      {R"({"properties":{"x":{"$ref":"#/$defs/Flavour"}},"$defs":{"Flavor":{"type":"number"}}})",
       "/properties/x/$ref",
       R"("#/$defs/Flavour" refers to nothing, did you mean "#/$defs/Flavor"?)"},
      {R"({"properties":{"x":{"$ref":"#/$defs/A"}},"$defs":{"A":{"allOf":[{"$ref":"#/$defs/B"}]},"B":{"$ref":"#/$defs/A"}}})",
       "/$defs/B/$ref", R"("#/$defs/A" is a circular reference)"},
      {R"({"properties":{"x":{"$ref":"#/$defs/A"}},"$defs":{"A":5}})", "/$defs/A",
       "expected an object, got 5"},
      {R"({"properties":{"x":{"$ref":"#/$defs/a~1b"}},"$defs":{"a/b":{"type":"string","translit":"no"}}})",
       "/$defs/a~1b/translit",
       R"(unsupported keyword "translit"; remove it; see metrics-event-schema(5))"},
      {R"({"properties":{"":{"type":"string"}}})", "/properties/",
       R"(expected a name of printable characters that does not begin with a dash, got ""; rename the property)"},
      {R"({"properties":{"-a":{"type":"string"}}})", "/properties/-a",
       R"(expected a name of printable characters that does not begin with a dash, got "-a"; rename the property)"},
      {R"({"properties":{"a~/\u0007":{"type":"string"}}})", R"(/properties/a~0~1\x07)",
       R"(expected a name of printable characters that does not begin with a dash, got "a~/\x07"; rename the property)"},
      {R"({"properties":{"a.b":{"type":"string"},"a":{"type":"object","properties":{"b":{"type":"string"}}}}})",
       "/properties/a/properties/b", R"(another field is "a.b" as well; rename the property)"},
      {R"({"properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"default":{"b":5}}}})",
       "/properties/a/default", "the default is not a valid value: /b: expected text, got \"5\""},
      {R"({"properties":{"a":{"type":"object","properties":{"b":{"items":{}}},"additionalProperties":true}}})",
       "/properties/a/properties/b", R"(expected a "type", or an "enum" or "const" that shows it)"},
      {R"({"properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"required":["c"]}}})",
       "/properties/a/required/0", R"("c" is not among the properties)"},
      {R"({"properties":{"timestamp":{"type":"string","format":"date-time"}}})",
       "/properties/timestamp/type",
       R"(the line has the timestamp as a number of UNIX seconds; declare it as "number" or "integer")"},
      {R"({"properties":{"timestamp":{"anyOf":[{"type":"string"},{"type":"object"}]}}})",
       "/properties/timestamp",
       R"(the line has the timestamp as a number of UNIX seconds; declare it as "number" or "integer")"},
      {R"({"properties":{"timestamp":{"type":"number","default":0}}})",
       "/properties/timestamp/default",
       "a timestamp that is not given is the current time; remove the default"},
      {R"({"properties":{"timestamp":{"type":"number","x-unit":"seconds"}}})",
       "/properties/timestamp/x-unit",
       R"("x-unit" is not supported for "timestamp", which is not a field; remove it)"},
      {R"({"properties":{"event":{"type":"number"}}})", "/properties/event/type",
       R"(the name of the event is "thing", as that of its file; allow "thing" here)"},
      {R"({"properties":{"event":{"const":"other"}}})", "/properties/event/const",
       R"(the name of the event is "thing", as that of its file; rename the file to other.json, or allow "thing" here)"},
      {R"({"properties":{"event":{"enum":["a.b","b"]}}})", "/properties/event/enum",
       R"(the name of the event is "thing", as that of its file; allow "thing" here)"},
      {R"({"properties":{"event":{"default":"b","type":"string"}}})", "/properties/event/default",
       R"(the name of the event is "thing", as that of its file; rename the file to b.json, or allow "thing" here)"},
      {R"({"properties":{"event":{"type":"string","pattern":"b"}}})", "/properties/event/type",
       R"(the name of the event is "thing", as that of its file; allow "thing" here)"},
      {R"({"properties":{"event":{"type":"string","x-measured":"status"}}})",
       "/properties/event/x-measured",
       R"("x-measured" is not supported for "event", which is not a field; remove it)"},
      {R"({"properties":{"event":{"type":"string","x-env":"A"}}})", "/properties/event/x-env",
       R"("x-env" is not supported for "event", which is not a field; remove it)"},
      {R"({"additionalProperties":{"type":"string","x-env":"A"}})", "/additionalProperties/x-env",
       R"("x-env" does nothing for extra fields)"},
      {R"({"additionalProperties":{"type":"string","x-measured":"status"}})",
       "/additionalProperties/x-measured", R"("x-measured" does nothing for extra fields)"},
      {"   ", "", "expected JSON, got nothing at line 1, column 1"},
  };
  for (const Mistake& one : mistakes) {
    CAPTURE(one.schema);
    CHECK(mistake(one.schema).pointer == one.pointer);
    CHECK(mistake(one.schema).text == one.text);
  }
}

TEST_CASE("what is wrong with a property is said, and where") {
  const Mistake mistakes[]{
      {R"("type":"number","multipleOf":0)", "/multipleOf",
       "expected a number above 0 with at most 18 digits, got 0"},
      {R"("type":"number","multipleOf":-5)", "/multipleOf",
       "expected a number above 0 with at most 18 digits, got -5"},
      {R"("type":"number","multipleOf":1234567890123456789)", "/multipleOf",
       "expected a number above 0 with at most 18 digits, got 1234567890123456789"},
      {R"("type":"string","multipleOf":5)", "/multipleOf",
       R"("multipleOf" does nothing for a string)"},
      {R"("type":"string","minLenght":5)", "/minLenght",
       R"(unsupported keyword "minLenght", did you mean "minLength"?)"},
      {R"("minimum":5)", "", R"(expected a "type", or an "enum" or "const" that shows it)"},
      {R"("type":"strnig")", "/type",
       R"(expected "string", "number", "integer", "boolean", "array", "object", "null", got "strnig", did you mean "string"?)"},
      {R"("type":["string","string"])", "/type/1", R"("string" occurs twice)"},
      {R"("type":[])", "/type", "expected at least one type, got []"},
      {R"("type":["array","null"],"pattern":"a")", "/pattern",
       R"("pattern" does nothing for an array)"},
      {R"("type":"array","minItems":2,"maxItems":1)", "",
       R"(nothing is between "minItems" 2 and "maxItems" 1)"},
      {R"("type":"array","items":{"type":"string","pattern":5})", "/items/pattern",
       "expected a string, got 5"},
      {R"("type":"array","items":{"type":"sting"})", "/items/type",
       R"(expected "string", "number", "integer", "boolean", "array", "object", "null", got "sting", did you mean "string"?)"},
      {R"("type":"array","items":{"type":"string","minimum":5})", "/items/minimum",
       R"("minimum" does nothing for a string)"},
      {R"("type":"array","item":{})", "/item",
       R"(unsupported keyword "item", did you mean "items"?)"},
      {R"("type":"array","items":{"type":"string"},"default":[1])", "/default",
       R"(the default is not a valid value: /0: expected text, got "1")"},
      {R"("type":"array","x-measured":"duration")", "/x-measured",
       R"("x-measured" does nothing for a field that takes JSON)"},
      {R"("type":["string","integer"],"x-env":"A")", "/x-env",
       R"("x-env" does nothing for a field that takes JSON)"},
      {R"("anyOf":[{"type":"string"},{"type":"integer"}],"x-measured":"duration")", "/x-measured",
       R"("x-measured" does nothing for a field that takes JSON)"},
      {R"("type":"array","items":{"type":"string","x-measured":"status"})", "/items/x-measured",
       R"("x-measured" does nothing within a field)"},
      {R"("type":"array","items":{"type":"string","x-env":"A"})", "/items/x-env",
       R"("x-env" does nothing within a field)"},
      {R"("type":"string","x-env":"$A")", "/x-env",
       R"(expected the name of an environment variable such as "GITHUB_SHA", got "$A")"},
      {R"("type":"string","x-env":"")", "/x-env",
       R"(expected the name of an environment variable such as "GITHUB_SHA", got "")"},
      {R"("type":"string","x-env":"1A")", "/x-env",
       R"(expected the name of an environment variable such as "GITHUB_SHA", got "1A")"},
      {R"("type":"string","x-env":"A=")", "/x-env",
       R"(expected the name of an environment variable such as "GITHUB_SHA", got "A=")"},
      {R"("type":"string","x-env":5)", "/x-env", "expected a string, got 5"},
      {R"("anyOf":[])", "/anyOf", "expected at least one schema, got []"},
      {R"("type":"object","patternProperties":{"(a":{}})", "/patternProperties/(a",
       "the regular expression cannot be checked: missing ): (a; change or remove it"},
      {R"("type":"number","exclusiveMinimum":true)", "/exclusiveMinimum",
       "expected a number, got true"},
      {R"("type":"number","exclusiveMinimum":"5")", "/exclusiveMinimum",
       R"(expected a number, got "5")"},
      {R"("type":5)", "/type", "expected a string, got 5"},
      {R"("enum":[])", "/enum", "expected at least one value, got []"},
      {R"("type":"string","enum":["a","a"])", "/enum/1", R"("a" occurs twice)"},
      {R"("type":"string","enum":["a",1])", "/enum/1", "expected text, got 1"},
      {R"("type":"string","enum":["a",null])", "/enum/1", "expected text, got null"},
      {R"("type":"integer","enum":[1.5])", "/enum/0", "expected a plain whole number, got 1.5"},
      {R"("const":"b","enum":["a"])", "/const", R"(expected one of the values of "enum", got "b")"},
      {R"("const":"a\u0007")", "/const", "the value has characters that cannot be shown"},
      {R"("type":"string","minimum":5)", "/minimum", R"("minimum" does nothing for a string)"},
      {R"("type":"number","minLength":5)", "/minLength",
       R"("minLength" does nothing for a number)"},
      {R"("type":"integer","pattern":"a")", "/pattern", R"("pattern" does nothing for an integer)"},
      {R"("type":"boolean","x-measured":"status")", "/x-measured",
       R"("x-measured" does nothing for a boolean)"},
      {R"("type":"string","properties":{})", "/properties",
       R"("properties" does nothing for a string)"},
      {R"("type":"object","properties":{"y":{"type":"string"}},"minimum":1)", "/minimum",
       R"("minimum" does nothing for an object)"},
      {R"("type":"number","minimum":"5")", "/minimum", R"(expected a number, got "5")"},
      {R"("type":"number","minimum":5,"maximum":3)", "",
       R"(nothing is between "minimum" 5 and "maximum" 3)"},
      {R"("type":"number","minimum":5,"exclusiveMaximum":5.0)", "",
       R"(nothing is between "minimum" 5 and "exclusiveMaximum" 5.0)"},
      {R"("type":"string","minLength":-1)", "/minLength",
       "expected a whole number, 0 or more, got -1"},
      {R"("type":"string","maxLength":1.5)", "/maxLength",
       "expected a whole number, 0 or more, got 1.5"},
      {R"("type":"string","minLength":5,"maxLength":3)", "",
       R"(nothing is between "minLength" 5 and "maxLength" 3)"},
      {R"("type":"string","pattern":"(a")", "/pattern",
       "the regular expression cannot be checked: missing ): (a; change or remove it"},
      {R"("type":"string","pattern":"\u0007")", "/pattern",
       R"(the expression has characters that cannot be shown; write them as \u escapes)"},
      {R"("type":"string","pattern":5)", "/pattern", "expected a string, got 5"},
      {R"("type":"string","default":5)", "/default",
       R"(the default is not a valid value: expected text, got "5")"},
      {R"("type":"string","enum":["a","b"],"default":"c")", "/default",
       R"(the default is not a valid value: expected one of a, b, got "c")"},
      {R"("type":"number","minimum":0,"x-unit":"seconds","default":-1)", "/default",
       "the default is not a valid value: expected a plain number of seconds, 0 or more, got "
       "\"-1\""},
      {R"("type":"string","pattern":"^a","default":"b")", "/default",
       R"(the default is not a valid value: expected text that matches ^a, got "b")"},
      {R"("type":"string","x-unit":"seconds")", "/x-unit", R"("x-unit" does nothing for a string)"},
      {R"("type":"number","x-unit":"ms")", "/x-unit", R"(expected "seconds", got "ms")"},
      {R"("type":"number","x-measured":"exit-code")", "/x-measured",
       R"(expected "duration", got "exit-code")"},
      {R"("type":"integer","x-measured":"status")", "/x-measured",
       R"(expected "duration" or "exit-code", got "status")"},
      {R"("type":"string","x-measured":"duration")", "/x-measured",
       R"(expected "status", got "duration")"},
      {R"("allOf":[])", "/allOf", "expected at least one schema, got []"},
      {R"("anyOf":[{"type":"string"},{"type":"null"}],"minLength":1)", "/minLength",
       R"("minLength" beside "anyOf" is not supported; move it into the schema that "anyOf" leads to)"},
      {R"("$ref":"other.json")", "/$ref",
       R"(expected "#/$defs/NAME" or "#/definitions/NAME", got "other.json")"},
  };
  for (const Mistake& one : mistakes) {
    CAPTURE(one.schema);
    const SchemaMistake found = mistake(with_property(one.schema));
    CHECK(found.pointer == "/properties/x" + one.pointer);
    CHECK(found.text == one.text);
  }
}

TEST_CASE("what a schema can ask for is bounded") {
  std::string choices;
  std::string properties;
  std::string references;
  for (int i = 0; i <= 1000; ++i) {
    choices += (i > 0 ? "," : "") + std::to_string(i);
  }
  for (int i = 0; i < 259; ++i) {
    properties += (i > 0 ? "," : "") + ("\"p" + std::to_string(i)) + R"(":{"type":"string"})";
  }
  for (int i = 0; i < 5; ++i) {
    references +=
        R"("D)" + std::to_string(i) + R"(":{"$ref":"#/$defs/D)" + std::to_string(i + 1) + "\"},";
  }
  CHECK(mistake(with_property("\"enum\":[" + choices + "]")).text ==
        "expected at most 1000 values, got 1001");
  CHECK(mistake("{\"properties\":{" + properties + "}}").text ==
        "expected at most 258 properties, got 259");
  CHECK(mistake(R"({"properties":{"a":{"type":"object","properties":{)" +
                properties.substr(0, properties.rfind(',')) + R"(}}}})")
            .text == "expected at most 256 fields");
  CHECK(mistake(R"({"properties":{"x":{"$ref":"#/$defs/D0"}},"$defs":{)" + references +
                R"("D5":{"type":"string"}}})")
            .text == "more than 4 references lead here; write fewer");
  CHECK(mistake(R"({"properties":{"x":{"$ref":"#/$defs/D"}},"$defs":{"D":{"$comment":")" +
                std::string(16UL * 1024, 'x') + R"("}}})")
            .text == "the definition is longer than 16 KiB");
  CHECK(mistake(with_property("\"pattern\":\"" + std::string(5000, 'x') + "\",\"type\":\"string\""))
            .text ==
        "the regular expression cannot be checked: it is longer than 4096 bytes; change or "
        "remove it");
  CHECK(mistake(std::string(40, '[') + std::string(40, ']')).text ==
        "not valid JSON: arrays and objects are nested too deeply at line 1, column 33");
}

TEST_CASE("the drafts that are read, and how draft-04 writes an exclusive bound") {
  for (const std::string draft :
       {"draft/2020-12", "draft/2019-09", "draft-07", "draft-06", "draft-04"}) {
    for (const std::string scheme : {"http", "https"}) {
      for (const std::string end : {"", "#"}) {
        CAPTURE(draft);
        CHECK(read(R"({"$schema":")" + scheme + "://json-schema.org/" + draft + "/schema" + end +
                   "\"}"));
      }
    }
  }
  CHECK(summary(read_property(R"("type":"number","minimum":0,"exclusiveMinimum":true,)"
                              R"("maximum":5,"exclusiveMaximum":false)")) ==
        Lines{"x?: a plain number, more than 0 and at most 5"});
  CHECK(summary(read_property(R"("type":"number","exclusiveMaximum":false)")) ==
        Lines{"x?: a plain number"});
  CHECK(summary(read(R"({"$schema":"http://json-schema.org/draft-04/schema#","id":"x","properties":{
      "x":{"id":"#x","type":"integer","maximum":5,"exclusiveMaximum":true}}})")) ==
        Lines{"x?: a plain whole number, less than 5"});
}

TEST_CASE("the meta-schema for editors may be named wherever it is") {
  for (const std::string place :
       {"", "./", "../", "/usr/share/", "file:///usr/share/", "https://example.com/"}) {
    CAPTURE(place);
    CHECK(read(R"({"$schema":")" + place + R"(metrics-event.schema.json"})"));
  }
}

TEST_CASE("the meta-schema for editors has the keywords that are supported, and no others") {
  const std::string text =
      read_file(source_directory + "/examples/events.d/" + std::string{meta_schema_file});
  const SchemaValue root{"", "", *compact_json(text)};
  const auto part = [](const SchemaValue& whole, std::string_view name) {
    const std::vector<SchemaValue> members = members_of(whole);
    const auto found = std::ranges::find(members, name, &SchemaValue::name);
    REQUIRE(found != members.end());
    return *found;
  };
  const auto keywords = [&part](const SchemaValue& schema) {
    std::set<std::string> names{"$id"}; // see the comment in the file
    for (const SchemaValue& keyword : members_of(part(schema, "properties"))) {
      names.insert(keyword.name);
    }
    return names;
  };
  const auto supported = [](unsigned places) {
    const std::vector<std::string_view> names = supported_keywords(places);
    return std::set<std::string>{names.begin(), names.end()};
  };
  CHECK(keywords(root) == supported(in_file | in_event));
  CHECK(keywords(part(part(root, "definitions"), "schema")) == supported(in_property));
}

TEST_CASE("a field names a variable, beside a reference and when it can be null, too") {
  const Type type = read(R"({"properties":{"a":{"type":"string","x-env":"A"},
      "b":{"anyOf":[{"type":"integer"},{"type":"null"}],"x-env":"my.B-2"},
      "c":{"$ref":"#/$defs/C","x-env":"_C"},
      "o":{"type":"object","properties":{"d":{"type":"boolean","x-env":"D"}}}},
      "$defs":{"C":{"enum":["x","y"]}}})");
  CHECK(field_of(type, "a").variable == "A");
  CHECK(field_of(type, "b").variable == "my.B-2");
  CHECK(field_of(type, "c").variable == "_C");
  CHECK(field_of(type, "o.d").variable == "D");
  CHECK(is_same(*read(event_schema(*type)), *type));
}

TEST_CASE("annotations are accepted anywhere, beside a reference too") {
  const std::string annotations =
      R"("$id":"urn:x","$anchor":"x","$comment":"c","format":"uuid","deprecated":true,)"
      R"("readOnly":true,"writeOnly":false,"contentEncoding":"base64","contentMediaType":"text/plain",)"
      R"("contentSchema":{"type":"string"},"discriminator":{"propertyName":"x"},"example":"e",)"
      R"("examples":["a",5,"b","a","\u0007"])";
  const Type type =
      read("{" + annotations + R"(,"properties":{"x":{"type":"string",)" + annotations +
           R"(},"y":{"$ref":"#/$defs/Y",)" + annotations + R"(},"z":{"type":"object",)" +
           annotations + R"(,"properties":{"a":{"type":"string",)" + annotations +
           R"(}}}},"$defs":{"Y":{"type":"string",)" + annotations + "}}}");
  CHECK(summary(type) == Lines{"x?: text", "y?: text", "z.a?~: text"});
  for (const Field& field : type->fields) {
    CAPTURE(field.name);
    CHECK(field.format == "uuid");
    CHECK(std::vector(field.examples.begin(), field.examples.end()) ==
          std::vector<std::string_view>{"a", "b", "e"});
  }
  check_stays_the_same(*type);
  const Type number = read_property(R"("type":"integer","examples":[5,1.5,"x",7.0])");
  CHECK(std::vector(number->fields[0].examples.begin(), number->fields[0].examples.end()) ==
        std::vector<std::string_view>{"5", "7"});
}

TEST_CASE("a multiple is compared exactly") {
  CHECK(summary(read_property(R"("type":"number","multipleOf":1e-1)")) ==
        Lines{"x?: a plain number, a multiple of 0.1"});
  CHECK(summary(read_property(R"("type":"integer","minimum":0,"multipleOf":5)")) ==
        Lines{"x?: a plain whole number, 0 or more, a multiple of 5"});
  check_stays_the_same(*read_property(R"("type":"integer","minimum":0,"multipleOf":5)"));
  CHECK(mistake(with_property(R"("type":"number","multipleOf":0.1,"default":0.35)")).pointer ==
        "/properties/x/default");
  CHECK(mistake(with_property(R"("type":"number","multipleOf":0.1,"default":0.3)")).text ==
        "no mistake");
}

TEST_CASE("a name keeps its spelling, and has a flag when no other name has a claim to it") {
  const auto flags = [](const std::string& properties) {
    constexpr std::string_view taken[]{"help", "url", "dry-run"};
    const auto type =
        read_event_schema(R"({"properties":{)" + properties + "}}", "thing", "thing.json", {taken});
    REQUIRE_MESSAGE(type.has_value(), (type ? "" : type.error().text));
    Lines lines;
    for (const Field& field : (*type)->fields) {
      lines.push_back(usage_of(field));
    }
    return lines;
  };
  const std::string text = R"(:{"type":"string"})";
  CHECK(flags(R"("run-id")" + text + R"(,"runId")" + text + R"(,"a.b")" + text + R"(,"x_")" +
              text) == Lines{"--run-id TEXT", "--runId TEXT", "--a-b TEXT", "--x- TEXT"});
  CHECK(flags(R"("run-id")" + text + R"(,"run_id")" + text + R"(,"run.id")" + text) ==
        Lines{"run-id=TEXT", "run_id=TEXT", "run.id=TEXT"});
  CHECK(flags(R"("url")" + text + R"(,"dry_run":{"type":"boolean"},"help":{"type":"integer"})") ==
        Lines{"url=TEXT", "dry_run=true|false", "help=INTEGER"});
  CHECK(flags(R"("a_b")" + text + R"(,"a":{"type":"object","properties":{"b")" + text + R"(,"c")" +
              text + "}}") == Lines{"a_b=TEXT", "a[b]=TEXT", "--a-c TEXT"});
  CHECK(flags(R"("x_since")" + text + R"(,"x":{"type":"number","x-unit":"seconds"})") ==
        Lines{"x_since=TEXT", "x=SECONDS"});
  CHECK(flags(R"("größe")" + text + R"(,"_a")" + text + R"(,"2nd")" + text + R"(,"a b")" + text +
              R"(,"a:b[c]=@\\")" + text) ==
        Lines{"größe=TEXT", "_a=TEXT", "2nd=TEXT", "a b=TEXT", R"(a\:b\[c\]\=\@\\=TEXT)"});
  CHECK(flags(R"("tags":{"type":"array","items")" + text + R"(},"o":{"type":"object","properties":{
        "m":{"type":"object"},"l":{"type":"array","items":{"enum":[1,2]}}}},"timestamp":{"type":"number"})") ==
        Lines{"--tags TEXT", "o[m]:=JSON", "--o-l 1|2"});
}

TEST_CASE("an object is one field unless its schema says nothing but what its members are") {
  const auto names = [](const std::string& schema, const std::string& required = "") {
    Lines lines;
    const Type type =
        read(R"({"properties":{"o":)" + schema + R"(},"required":[)" + required + "]}");
    check_stays_the_same(*type);
    for (const Field& field : type->fields) {
      lines.emplace_back(field.name);
    }
    return lines;
  };
  const std::string member = R"({"type":"object","properties":{"a":{"type":"string"}})";
  CHECK(names(member + "}") == Lines{"o.a"});
  CHECK(names(member + R"(,"additionalProperties":false})") == Lines{"o.a"});
  CHECK(names(member + R"(,"required":["a"]})", R"("o")") == Lines{"o.a"});
  for (const char* more : {R"(,"additionalProperties":true})", R"(,"minProperties":1})",
                           R"(,"default":{}})", R"(,"additionalProperties":{"type":"string"}})"}) {
    CAPTURE(more);
    CHECK(names(member + more) == Lines{"o"});
  }
  CHECK(names(member + "}", R"("o")") == Lines{"o"}); // no member must be there
  CHECK(names(R"({"type":"object"})") == Lines{"o"});
  CHECK(names(R"({"type":"object","properties":{}})") == Lines{"o"});
}

TEST_CASE("a timestamp may be declared as any number") {
  const auto timestamp = [](const std::string& schema, bool is_required = true) {
    const Type type = read(R"({"properties":{"timestamp":)" + schema + R"(},"required":[)" +
                           (is_required ? R"("timestamp")" : "") + "]}");
    check_stays_the_same(*type);
    return type->timestamp == nullptr
               ? "any"
               : describe(*type->timestamp) + (type->timestamp->required ? "" : ", optional");
  };
  CHECK(timestamp(R"({"type":"number"})") == "any");
  CHECK(timestamp(R"({"type":"number","minimum":0.0,"description":"when"})") == "any");
  CHECK(timestamp(R"({"type":"number"})", false) == "a plain number, optional");
  CHECK(timestamp(R"({"type":"integer","minimum":0})") == "a plain whole number, 0 or more");
  CHECK(timestamp(R"({"type":"number","minimum":1.5e9,"exclusiveMaximum":2e9})") ==
        "a plain number, 1500000000 or more and less than 2000000000");
  CHECK(timestamp(R"({"anyOf":[{"type":"integer"},{"type":"null"}],"default":null})") ==
        "a plain whole number, optional");
  CHECK(timestamp(R"({"anyOf":[{"type":"integer"},{"type":"string"}]})") ==
        "a plain whole number or text");
}

TEST_CASE("a schema may say what undeclared members must be") {
  const Type type = read(R"({"additionalProperties":{"type":"integer","minimum":0}})");
  REQUIRE(type->extras != nullptr);
  CHECK(describe(*type->extras) == "a plain whole number, 0 or more");
  CHECK(type->takes_extras);
  check_stays_the_same(*type);
  for (const char* open : {"true", "{}"}) {
    const Type any = read(R"({"additionalProperties":)" + std::string{open} + "}");
    CHECK(any->takes_extras);
    CHECK(any->extras == nullptr);
  }
}

TEST_CASE("what pydantic writes is written again as the same type") {
  for (const char* fixture : {"pydantic1_fields.tsv", "pydantic2_fields.tsv"}) {
    std::istringstream lines{read_file(source_directory + "/tests/fixtures/" + fixture)};
    for (std::string line; std::getline(lines, line);) {
      const std::size_t tab = line.find('\t');
      const std::string name = line.substr(0, tab);
      CAPTURE(name);
      if (const auto type = read_event_schema(line.substr(tab + 1), *event_name(name), "x.json")) {
        check_stays_the_same(**type);
      }
    }
  }
}

TEST_CASE("what pydantic 1 writes for an operator's events declares them") {
  const auto pydantic = [](const std::vector<std::string>& arguments) {
    return run("/usr/bin/python3", {.arguments = arguments});
  };
  if (!std::filesystem::exists("/usr/bin/python3") ||
      pydantic({"-c", "import pydantic; assert pydantic.VERSION.startswith('1.')"}).status != 0) {
    MESSAGE("SKIPPED: no python3-pydantic 1 here");
    return;
  }
  for (const Model& model : pydantic1) {
    CAPTURE(model.name);
    const Outcome schema =
        pydantic({source_directory + "/tests/support/operator_events.py", model.name});
    REQUIRE(schema.err.empty());
    const Type type = read(schema.out, *event_name(model.name));
    CHECK(summary(type) == model.fields);
    CHECK(type->help == model.help);
    CHECK(field_of(type, "flavor").help.empty());
    CHECK(type->takes_extras);
    check_stays_the_same(*type);
  }
}

TEST_CASE("what pydantic 2 writes for an operator's events declares them") {
  for (const Model& model : pydantic2) {
    CAPTURE(model.name);
    const Type type =
        read(read_file(source_directory + "/tests/fixtures/pydantic2/" + model.name + ".json"),
             model.name);
    CHECK(summary(type) == model.fields);
    CHECK(type->help == model.help);
    CHECK(field_of(type, "flavor").help.empty());
    CHECK(type->takes_extras == (model.name != "runner_start"));
    check_stays_the_same(*type);
  }
}

TEST_CASE("a built-in event as a schema declares itself") {
  for (const EventType& type : built_in_events()) {
    CAPTURE(type.name);
    check_stays_the_same(type);
  }
}

TEST_CASE("a schema is written for people") {
  const Type type = read(R"({"description":"a thing","required":["x"],"properties":{
      "x":{"enum":["a","b"],"description":"[x], {y}: \"z\""},
      "y":{"type":"object","properties":{"z":{"const":1}}}},"additionalProperties":false})");
  CHECK(event_schema(*type) == R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "thing",
  "description": "a thing",
  "type": "object",
  "properties": {
    "timestamp": {
      "description": "when it happened, in UNIX seconds",
      "type": "number",
      "minimum": 0
    },
    "event": {
      "const": "thing"
    },
    "x": {
      "description": "[x], {y}: \"z\"",
      "type": "string",
      "enum": [
        "a",
        "b"
      ]
    },
    "y": {
      "type": "object",
      "properties": {
        "z": {
          "type": "integer",
          "const": 1
        }
      },
      "additionalProperties": false
    }
  },
  "required": [
    "timestamp",
    "event",
    "x"
  ],
  "additionalProperties": false
}
)");
}

TEST_SUITE_END();
