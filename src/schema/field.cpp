#include "schema/field.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "event/field_value.hpp"
#include "json/number.hpp"
#include "json/string.hpp"
#include "schema/constraints.hpp"
#include "schema/keywords.hpp"

#include <algorithm>
#include <set>

namespace metrics_event {
namespace {

constexpr std::size_t longest_help = 1000;

void read_limits(const Schema& schema, Field& field, FieldStore& store) {
  const auto number = [&](std::string_view keyword) -> std::string_view {
    const SchemaValue* const value = schema.find(keyword);
    return value == nullptr ? "" : store.keep(*plain_number(value->json));
  };
  field.minimum = number("minimum");
  field.maximum = number("maximum");
  field.exclusive_minimum = number("exclusiveMinimum");
  field.exclusive_maximum = number("exclusiveMaximum");
  if (const SchemaValue* const value = schema.find("multipleOf")) {
    field.multiple_of = number("multipleOf");
    if (!is_divisor(field.multiple_of)) {
      reject_value("a number above 0 with at most 18 digits", *value);
    }
  }
  field.min_length = read_count(schema, "minLength");
  field.max_length = read_count(schema, "maxLength");
  reject_gaps(schema);
  if (const SchemaValue* const value = schema.find("pattern")) {
    field.pattern = store.keep(read_pattern(*value));
  }
  if (const SchemaValue* const value = schema.find("format")) {
    constexpr std::size_t longest_format = 40;
    field.format = store.keep(printable(text_of(*value), longest_format));
  }
}

// Returns a valid JSON value in the form that the flag of its field takes.
std::string as_flag_takes_it(const Field& field, const std::string& json) {
  return field.type == FieldType::string ? *string_value(json) : json;
}

void read_choices(const Schema& schema, Field& field, FieldStore& store) {
  const bool is_nullable = declared_types(schema).is_nullable;
  std::vector<std::string_view> choices;
  std::set<std::string> known;
  for (const SchemaValue& value : allowed_values(schema)) {
    if (is_nullable && kind_of(value.json) == "null") {
      continue;
    }
    const Parsed<std::string> json = read_json(field, value.json);
    if (!json) {
      reject_value(describe(field), value);
    }
    std::string choice = as_flag_takes_it(field, *json);
    if (!is_safe_to_show(choice)) { // help and messages show it
      throw SchemaMistake{value.pointer, "the value has characters that cannot be shown"};
    }
    if (!known.insert(choice).second) {
      throw SchemaMistake{value.pointer, quote(choice) + " occurs twice"};
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

// Returns the name of a variable, of characters that the environments of shells, containers and
// workflows have in names.
std::string_view variable_of(const Schema& schema, FieldStore& store) {
  const SchemaValue* const value = schema.find("x-env");
  if (value == nullptr) {
    return "";
  }
  const std::string name = text_of(*value);
  const auto fits = [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
  };
  if (name.empty() || is_digit(name.front()) || !std::ranges::all_of(name, fits)) {
    reject_value("the name of an environment variable such as \"GITHUB_SHA\"", *value);
  }
  return store.keep(name);
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

// Returns the examples that are valid and can be shown, as completion offers them.
std::span<const std::string_view> read_examples(const Schema& schema, const Field& field,
                                                FieldStore& store) {
  constexpr std::size_t most_examples = 100;
  const SchemaValue* const several = schema.find("examples");
  const SchemaValue* const one = schema.find("example");
  std::vector<SchemaValue> values;
  if (several != nullptr && kind_of(several->json) == "array") {
    values = elements_of(*several);
  }
  if (one != nullptr) {
    values.push_back(*one);
  }
  std::vector<std::string_view> examples;
  for (const SchemaValue& value : values) {
    const Parsed<std::string> json = read_json(field, value.json);
    std::string example = json ? as_flag_takes_it(field, *json) : "";
    if (!example.empty() && is_safe_to_show(example) && examples.size() < most_examples &&
        std::ranges::find(examples, example) == examples.end()) {
      examples.push_back(store.keep(std::move(example)));
    }
  }
  return store.keep(std::move(examples));
}

} // namespace

std::string help_of(const Schema& schema, std::string_view name) {
  const auto shown = [&schema](std::string_view keyword) {
    const SchemaValue* const value = schema.find(keyword);
    return value == nullptr ? "" : printable(first_paragraph(text_of(*value)), longest_help);
  };
  if (std::string description = shown("description");
      !description.empty() && description != "An enumeration.") { // pydantic's default
    return description;
  }
  // A title that only repeats the name does not help: pydantic derives "Queue Duration" from
  // queue_duration, and a class may be called QueueDuration.
  std::string title = shown("title");
  std::string as_name = lower_case(title);
  std::ranges::replace(as_name, ' ', '_');
  return as_name == lower_case(name) || event_name(title) == name ? "" : title;
}

bool is_scalar(const Schema& schema) {
  const DeclaredTypes types = declared_types(schema);
  return types.names.size() == 1 &&
         std::ranges::find(type_names, types.names[0], &TypeName::name) != type_names.end() &&
         std::ranges::all_of(schema.keywords, [](const SchemaValue& keyword) {
           return role_of(keyword) == KeywordRole::constrains ||
                  role_of(keyword) == KeywordRole::annotates;
         });
}

Field read_scalar(const Schema& schema, std::string_view name, std::string_view parent,
                  FieldStore& store) {
  const std::string type = declared_types(schema).names.at(0);
  reject_keywords_without_effect(schema, type);
  Field field{.name = name,
              .parent = parent,
              .type = std::ranges::find(type_names, type, &TypeName::name)->type,
              .unit = unit_of(schema)};
  field.measured = measured_of(schema, field.type);
  field.variable = variable_of(schema, store);
  read_limits(schema, field, store);
  read_choices(schema, field, store);
  describe_field(schema, field, store);
  return field;
}

void describe_field(const Schema& schema, Field& field, FieldStore& store) {
  field.help = store.keep(help_of(schema, member_name(field)));
  field.examples = read_examples(schema, field, store);
  const SchemaValue* const value = schema.find("default");
  if (value != nullptr && kind_of(value->json) != "null") {
    const Parsed<std::string> json = read_json(field, value->json);
    if (!json) {
      throw SchemaMistake{value->pointer, "the default is not a valid value: " + json.error().text};
    }
    field.default_value = store.keep(*json);
  }
  field.required = !declared_types(schema).is_nullable && field.default_value.empty();
}

} // namespace metrics_event
