#include "base/text.hpp"
#include "event/field_value.hpp"
#include "fuzz/target.hpp"
#include "json/reader.hpp"
#include "schema/reader.hpp"
#include "schema/writer.hpp"
#include "support/same_type.hpp"

#include <string>

namespace metrics_event::testing {

namespace {

// A value is either rejected in words or written as JSON that the field takes again.
void check_values(const Field& field) {
  for (const std::string_view json :
       {"null", "true", "5", "-1.50", "1e2", R"("a")", R"("")", "[]", R"(["a","a"])", "[1,1.0]",
        "[[1],{}]", "{}", R"({"a":1,"b/~":[null]})", R"({"kind":"a","code":5})"}) {
    const auto value = read_json(field, json);
    if (!value) {
      must(is_safe_to_show(value.error().text), "a mistake is safe to show");
      continue;
    }
    must(compact_json(*value) == *value, "a value is compact JSON");
    must(read_json(field, *value).has_value(), "a value is taken again");
  }
}

} // namespace

// A JSON Schema that declares the event type `thing`.
void fuzz_event_schema(std::string_view input) {
  const auto type = read_event_schema(input, "thing", "thing.json");
  if (!type) {
    must(is_safe_to_show(type.error().text), "a mistake is safe to show");
    must(is_safe_to_show(type.error().pointer), "where it is is safe to show");
    return;
  }
  must(is_safe_to_show((*type)->help), "help is safe to show");
  for (const Field& field : (*type)->fields) {
    must(is_safe_to_show(field.help), "help is safe to show");
    must(is_safe_to_show(placeholder(field)), "a placeholder is safe to show");
    must(is_safe_to_show(describe(field)), "a description is safe to show");
    must(is_safe_to_show(usage_of(field)), "a usage is safe to show");
    check_values(field);
  }
  const std::string text = event_schema(**type);
  must(compact_json(text).has_value(), "a schema is JSON");
  const auto again = read_event_schema(text, "thing", "thing.json");
  must(again.has_value(), "what is written can be read");
  must(is_same(**type, **again), "a type stays as it is");
  must(event_schema(**again) == text, "a schema stays as it is");
}

} // namespace metrics_event::testing
