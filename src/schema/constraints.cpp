#include "schema/constraints.hpp"

#include "base/text.hpp"
#include "base/value.hpp"
#include "json/number.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>

namespace metrics_event {
namespace {

constexpr std::size_t most_choices = 1000;
constexpr std::string_view json_types[]{"string", "number", "integer", "boolean",
                                        "array",  "object", "null"};

// Returns the types that all allowed values have in common.
std::vector<std::string> types_of_values(const Schema& schema) {
  std::vector<std::string> names;
  for (const SchemaValue& value : allowed_values(schema)) {
    const std::string_view name = kind_of(value.json);
    if (std::ranges::find(names, name) == names.end()) {
      names.emplace_back(name);
    }
  }
  if (std::ranges::find(names, "number") != names.end()) {
    std::erase(names, "integer");
  }
  return names;
}

} // namespace

std::vector<SchemaValue> allowed_values(const Schema& schema) {
  const SchemaValue* const one = schema.find("const");
  const SchemaValue* const several = schema.find("enum");
  if (several == nullptr) {
    return one == nullptr ? std::vector<SchemaValue>{} : std::vector{*one};
  }
  std::vector<SchemaValue> values = elements_of(*several);
  if (values.empty()) {
    reject_value("at least one value", *several);
  }
  if (values.size() > most_choices) {
    throw SchemaMistake{several->pointer, "expected at most " + std::to_string(most_choices) +
                                              " values, got " + std::to_string(values.size())};
  }
  if (one == nullptr) {
    return values;
  }
  if (std::ranges::find(values, one->json, &SchemaValue::json) == values.end()) {
    reject_value("one of the values of \"enum\"", *one);
  }
  return {*one};
}

DeclaredTypes declared_types(const Schema& schema) {
  const SchemaValue* const type = schema.find("type");
  DeclaredTypes types{{}, schema.is_nullable};
  if (type == nullptr) {
    types.names = types_of_values(schema);
  } else {
    const bool is_list = kind_of(type->json) == "array";
    for (const SchemaValue& element : is_list ? elements_of(*type) : std::vector{*type}) {
      const std::string name = text_of(element);
      if (std::ranges::find(json_types, name) == std::end(json_types)) {
        throw SchemaMistake{element.pointer,
                            "expected " +
                                joined(json_types, ", ", [](auto one) { return quote(one); }) +
                                ", got " + quote(name) + did_you_mean(name, json_types)};
      }
      if (std::ranges::find(types.names, name) != types.names.end()) {
        throw SchemaMistake{element.pointer, quote(name) + " occurs twice"};
      }
      types.names.push_back(name);
    }
    if (types.names.empty()) {
      reject_value("at least one type", *type);
    }
  }
  types.is_nullable = std::erase(types.names, "null") > 0 || types.is_nullable;
  return types;
}

std::optional<std::size_t> read_count(const Schema& schema, std::string_view keyword) {
  const SchemaValue* const value = schema.find(keyword);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto count = parse_count(value->json, 0, std::numeric_limits<std::uint32_t>::max());
  if (!count) {
    reject_value("a whole number, 0 or more", *value);
  }
  return *count;
}

void reject_gaps(const Schema& schema) {
  struct Limits {
    std::string_view lower;
    std::string_view upper;
    bool can_be_equal = false;
  };
  constexpr Limits pairs[]{{"minimum", "maximum", true},
                           {"minimum", "exclusiveMaximum"},
                           {"exclusiveMinimum", "maximum"},
                           {"exclusiveMinimum", "exclusiveMaximum"},
                           {"minLength", "maxLength", true},
                           {"minItems", "maxItems", true},
                           {"minProperties", "maxProperties", true}};
  const auto shown = [](const SchemaValue& limit) {
    constexpr std::size_t most_shown = 40;
    return quote(limit.name) + ' ' + printable(limit.json, most_shown);
  };
  for (const Limits& pair : pairs) {
    const SchemaValue* const lower = schema.find(pair.lower);
    const SchemaValue* const upper = schema.find(pair.upper);
    if (lower == nullptr || upper == nullptr) {
      continue;
    }
    const auto order = compare_numbers(*plain_number(lower->json), *plain_number(upper->json));
    if (pair.can_be_equal ? std::is_gt(order) : std::is_gteq(order)) {
      throw SchemaMistake{schema.pointer,
                          "nothing is between " + shown(*lower) + " and " + shown(*upper)};
    }
  }
}

Pattern read_pattern(const SchemaValue& expression) {
  const std::string text = text_of(expression);
  if (!is_safe_to_show(text)) { // messages show it
    throw SchemaMistake{expression.pointer,
                        "the expression has characters that cannot be shown; write them as "
                        "\\u escapes"};
  }
  auto pattern = Pattern::compile(text);
  if (!pattern) {
    throw SchemaMistake{expression.pointer, "the regular expression cannot be checked: " +
                                                pattern.error() + "; change or remove it"};
  }
  return *std::move(pattern);
}

} // namespace metrics_event
