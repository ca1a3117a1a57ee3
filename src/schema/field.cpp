#include "schema/field.hpp"

#include "base/text.hpp"
#include "base/value.hpp"
#include "event/field_value.hpp"
#include "json/number.hpp"
#include "json/reader.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <set>

namespace metrics_event {
namespace {

constexpr std::size_t longest_help = 1000;
constexpr std::size_t most_choices = 1000;

// Returns the values that enum and const allow; a const beside an enum must be one of its values.
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

// Returns the type that all allowed values have in common. Integers among numbers are numbers.
std::string inferred_type(const Schema& schema) {
  std::string_view common;
  for (const SchemaValue& value : allowed_values(schema)) {
    const std::string_view name = kind_of(value.json);
    const bool are_numbers =
        (common == "integer" && name == "number") || (common == "number" && name == "integer");
    if (!common.empty() && common != name && !are_numbers) {
      throw SchemaMistake{schema.pointer, "the values are of more than one type, expected one"};
    }
    common = are_numbers ? "number" : name;
  }
  if (common.empty()) {
    throw SchemaMistake{schema.pointer,
                        "expected a \"type\", or an \"enum\" or \"const\" that shows it"};
  }
  return std::string{common};
}

const TypeName& type_of(const Schema& schema, std::string name) {
  if (name.empty()) {
    name = inferred_type(schema);
  }
  const auto* const found = std::ranges::find(type_names, name, &TypeName::name);
  if (found == type_names.end()) {
    const SchemaValue* const type = schema.find("type");
    throw SchemaMistake{type == nullptr ? schema.pointer : type->pointer,
                        "expected \"string\", \"number\", \"integer\", \"boolean\" or \"object\", "
                        "got " +
                            quote(name)};
  }
  return *found;
}

std::optional<std::size_t> length_of(const Schema& schema, std::string_view keyword) {
  const SchemaValue* const value = schema.find(keyword);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto length = parse_count(value->json, 0, std::numeric_limits<std::uint32_t>::max());
  if (!length) {
    reject_value("a whole number, 0 or more", *value);
  }
  return *length;
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
                           {"minLength", "maxLength", true}};
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

void read_limits(const Schema& schema, Field& field, FieldStore& store) {
  const auto number = [&](std::string_view keyword) -> std::string_view {
    const SchemaValue* const value = schema.find(keyword);
    return value == nullptr ? "" : store.keep(*plain_number(value->json));
  };
  field.minimum = number("minimum");
  field.maximum = number("maximum");
  field.exclusive_minimum = number("exclusiveMinimum");
  field.exclusive_maximum = number("exclusiveMaximum");
  field.min_length = length_of(schema, "minLength");
  field.max_length = length_of(schema, "maxLength");
  reject_gaps(schema);
  if (const SchemaValue* const value = schema.find("pattern")) {
    const std::string expression = text_of(*value);
    if (!is_safe_to_show(expression)) { // messages show it
      throw SchemaMistake{value->pointer,
                          "the expression has characters that cannot be shown, write them as "
                          "\\u escapes of its own"};
    }
    auto pattern = Pattern::compile(expression);
    if (!pattern) {
      throw SchemaMistake{value->pointer, "no regular expression: " + pattern.error()};
    }
    field.pattern = store.keep(*std::move(pattern));
  }
}

// Returns the value in the form that the event line has, or throws SchemaMistake.
std::string valid(const Field& field, const SchemaValue& value) {
  const Parsed<std::string> json = read_json(field, value.json);
  if (!json) {
    reject_value(describe(field), value);
  }
  return *json;
}

void read_choices(const Schema& schema, bool is_nullable, Field& field, FieldStore& store) {
  std::vector<std::string_view> choices;
  std::set<std::string> known;
  for (const SchemaValue& value : allowed_values(schema)) {
    if (is_nullable && kind_of(value.json) == "null") {
      continue;
    }
    std::string json = valid(field, value);
    std::string choice = field.type == FieldType::string ? *string_value(json) : std::move(json);
    if (!is_safe_to_show(choice)) { // help and messages show it
      throw SchemaMistake{value.pointer, "the value has characters that cannot be shown"};
    }
    if (!known.insert(choice).second) {
      throw SchemaMistake{value.pointer, quote(choice) + " is there twice"};
    }
    choices.push_back(store.keep(std::move(choice)));
  }
  field.choices = store.keep(std::move(choices));
}

Unit unit_of(const Schema& schema) {
  const SchemaValue* const unit = schema.find("x-unit");
  if (unit != nullptr && text_of(*unit) != "seconds") {
    reject_value("\"seconds\"", *unit);
  }
  return unit == nullptr ? Unit::none : Unit::seconds;
}

Measured measured_of(const Schema& schema, FieldType type) {
  const SchemaValue* const value = schema.find("x-measured");
  if (value == nullptr) {
    return Measured::nothing;
  }
  const std::string what = text_of(*value);
  std::string expected;
  for (const MeasuredName& row : measured_names) {
    if (row.type != type) {
      continue;
    }
    if (row.name == what) {
      return row.measured;
    }
    expected.append(expected.empty() ? "" : " or ").append(quote(row.name));
  }
  reject_value(expected, *value);
}

// Returns the text up to its first empty line.
std::string_view first_paragraph(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos; ++at) {
    const std::string_view next_line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    if (next_line.find_first_not_of(blanks) == text.npos) {
      return text.substr(0, at);
    }
  }
  return text;
}

} // namespace

DeclaredType declared_type(const Schema& schema) {
  const SchemaValue* const type = schema.find("type");
  if (type == nullptr || kind_of(type->json) != "array") {
    return {type == nullptr ? "" : text_of(*type), schema.is_nullable};
  }
  const std::vector<SchemaValue> elements = elements_of(*type);
  std::vector<std::string> names;
  std::ranges::transform(elements, std::back_inserter(names), text_of);
  std::erase(names, "null");
  if (elements.size() != 2 || names.size() != 1) {
    reject_value("one type, or one and \"null\"", *type);
  }
  return {names.front(), true};
}

std::string help_of(const Schema& schema, std::string_view name) {
  const auto shown = [&schema](std::string_view keyword) {
    const SchemaValue* const value = schema.find(keyword);
    return value == nullptr ? "" : printable(first_paragraph(text_of(*value)), longest_help);
  };
  if (std::string description = shown("description");
      !description.empty() && description != "An enumeration.") { // pydantic's default
    return description;
  }
  // A title that only repeats the name is no help: pydantic derives "Queue Duration" from
  // queue_duration, and a class may be called QueueDuration.
  std::string title = shown("title");
  std::string as_name = lower_case(title);
  std::ranges::replace(as_name, ' ', '_');
  return as_name == lower_case(name) || event_name(title) == name ? "" : title;
}

Field read_field(const Schema& schema, std::string_view name, FieldStore& store) {
  const DeclaredType declared = declared_type(schema);
  const TypeName& type = type_of(schema, declared.name);
  reject_keywords_without_effect(schema, type.name);

  Field field{.name = name, .type = type.type};
  field.help = store.keep(help_of(schema, name.substr(name.find('.') + 1)));
  field.unit = unit_of(schema);
  field.measured = measured_of(schema, field.type);
  read_limits(schema, field, store);
  read_choices(schema, declared.is_nullable, field, store);
  const SchemaValue* const default_value = schema.find("default");
  if (default_value != nullptr && kind_of(default_value->json) != "null") {
    field.default_value = store.keep(valid(field, *default_value));
  }
  field.required = !declared.is_nullable && field.default_value.empty();
  return field;
}

} // namespace metrics_event
