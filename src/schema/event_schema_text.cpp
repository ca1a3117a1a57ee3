#include "json/reader.hpp"
#include "json/writer.hpp"
#include "schema/event_schema.hpp"
#include "schema/field.hpp"

#include <algorithm>
#include <vector>

namespace metrics_event {
namespace {

// The same JSON on lines; it has no white space but in strings.
std::string indented(std::string_view compact) {
  std::string text;
  std::size_t depth = 0;
  const auto new_line = [&] { text.append(1, '\n').append(2 * depth, ' '); };
  while (!compact.empty()) {
    if (const std::string_view string = leading_string(compact); !string.empty()) {
      text += string;
      compact.remove_prefix(string.size());
      continue;
    }
    const char c = compact.front();
    compact.remove_prefix(1);
    const bool closes = c == '}' || c == ']';
    const bool opens = c == '{' || c == '[';
    const bool is_empty = closes && (text.back() == '{' || text.back() == '[');
    depth -= closes ? 1 : 0;
    if (closes && !is_empty) {
      new_line();
    }
    text += c;
    depth += opens ? 1 : 0;
    const char next = compact.empty() ? '\0' : compact.front();
    if (c == ',' || (opens && next != '}' && next != ']')) {
      new_line();
    } else if (c == ':') {
      text += ' ';
    }
  }
  return text + '\n';
}

void add_choices(JsonObject& schema, const Field& field) {
  std::string values;
  for (const std::string_view choice : field.choices) {
    values.append(values.empty() ? "" : ",");
    values += field.type == FieldType::string ? json_string(choice) : std::string{choice};
  }
  if (field.choices.size() == 1) {
    schema.raw("const", values);
  } else if (!field.choices.empty()) {
    schema.raw("enum", '[' + values + ']');
  }
}

std::string property(const Field& field) {
  JsonObject schema;
  const auto raw = [&schema](std::string_view name, std::string_view json) {
    if (!json.empty()) {
      schema.raw(name, json);
    }
  };
  if (!field.help.empty()) {
    schema.text("description", field.help);
  }
  schema.text("type", std::ranges::find(type_names, field.type, &TypeName::type)->name);
  add_choices(schema, field);
  raw("minimum", field.minimum);
  raw("exclusiveMinimum", field.exclusive_minimum);
  raw("maximum", field.maximum);
  raw("exclusiveMaximum", field.exclusive_maximum);
  raw("minLength", field.min_length ? std::to_string(*field.min_length) : "");
  raw("maxLength", field.max_length ? std::to_string(*field.max_length) : "");
  if (field.pattern != nullptr) {
    schema.text("pattern", field.pattern->text());
  }
  raw("default", field.default_value);
  if (field.unit == Unit::seconds) {
    schema.text("x-unit", "seconds");
  }
  if (field.measured != Measured::nothing) {
    schema.text("x-measured",
                std::ranges::find(measured_names, field.measured, &MeasuredName::measured)->name);
  }
  return schema.str();
}

// The properties of an object, and which of them are required.
class Properties {
public:
  void add(std::string_view name, std::string_view schema, bool is_required) {
    properties_.raw(name, schema);
    if (is_required) {
      required_.emplace_back(name);
    }
  }
  void write(JsonObject& schema) const {
    schema.raw("properties", properties_.str());
    if (!required_.empty()) {
      schema.raw("required", json_array(required_));
    }
  }

private:
  JsonObject properties_;
  std::vector<std::string> required_;
};

std::string nested_object(const Properties& members) {
  JsonObject schema;
  schema.text("type", "object");
  members.write(schema);
  return schema.raw("additionalProperties", "false").str();
}

Properties properties_of(const EventType& type) {
  Properties properties;
  properties.add("timestamp",
                 JsonObject{}
                     .text("description", "when it happened, in UNIX seconds")
                     .text("type", "number")
                     .raw("minimum", "0")
                     .str(),
                 true);
  properties.add("event", JsonObject{}.text("const", type.name).str(), true);
  for (auto field = type.fields.begin(); field != type.fields.end();) {
    const std::size_t dot = field->name.find('.');
    if (dot == std::string_view::npos) {
      properties.add(field->name, property(*field), field->required);
      ++field;
      continue;
    }
    const std::string_view prefix = field->name.substr(0, dot + 1);
    const bool is_required = !field->in_optional_object;
    Properties members;
    for (; field != type.fields.end() && field->name.starts_with(prefix); ++field) {
      members.add(field->name.substr(dot + 1), property(*field), field->required);
    }
    properties.add(prefix.substr(0, dot), nested_object(members), is_required);
  }
  return properties;
}

} // namespace

std::string event_schema(const EventType& type) {
  JsonObject schema;
  schema.text("$schema", "https://json-schema.org/draft/2020-12/schema");
  schema.text("title", type.name);
  if (!type.help.empty()) {
    schema.text("description", type.help);
  }
  schema.text("type", "object");
  properties_of(type).write(schema);
  return indented(schema.raw("additionalProperties", type.takes_extras ? "true" : "false").str());
}

} // namespace metrics_event
