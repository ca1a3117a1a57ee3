#include "schema/writer.hpp"

#include "base/text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "schema/field.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

// Indents compact JSON over several lines.
std::string indented(std::string_view compact) {
  std::string text;
  std::size_t depth = 0;
  bool is_in_string = false;
  bool is_escaped = false;
  const auto start_line = [&] { text.append(1, '\n').append(2 * depth, ' '); };
  for (std::size_t at = 0; at < compact.size(); ++at) {
    const char c = compact[at];
    const bool opens = !is_in_string && (c == '{' || c == '[');
    const bool closes = !is_in_string && (c == '}' || c == ']');
    if (opens && (compact[at + 1] == '}' || compact[at + 1] == ']')) {
      text.append(compact.substr(at++, 2));
      continue;
    }
    depth += opens ? 1 : 0;
    if (closes) {
      --depth;
      start_line();
    }
    text += c;
    if (opens || (!is_in_string && c == ',')) {
      start_line();
    } else if (!is_in_string && c == ':') {
      text += ' ';
    }
    is_in_string = is_in_string != (c == '"' && !is_escaped);
    is_escaped = c == '\\' && !is_escaped;
  }
  return text + '\n';
}

// Returns texts in the form that flags take as an array of JSON.
std::string array_of(std::span<const std::string_view> texts, const Field& field) {
  const bool is_text = field.type == FieldType::string;
  return '[' +
         joined(texts, ",",
                [is_text](std::string_view text) {
                  return is_text ? json_string(text) : std::string{text};
                }) +
         ']';
}

void add_limits(JsonObject& schema, const Field& field) {
  const auto raw = [&schema](std::string_view name, std::string_view json) {
    if (!json.empty()) {
      schema.raw(name, json);
    }
  };
  schema.text("type", std::ranges::find(type_names, field.type, &TypeName::type)->name);
  const std::string choices = array_of(field.choices, field);
  if (field.choices.size() == 1) {
    schema.raw("const", choices.substr(1, choices.size() - 2));
  } else if (!field.choices.empty()) {
    schema.raw("enum", choices);
  }
  raw("minimum", field.minimum);
  raw("exclusiveMinimum", field.exclusive_minimum);
  raw("maximum", field.maximum);
  raw("exclusiveMaximum", field.exclusive_maximum);
  raw("multipleOf", field.multiple_of);
  raw("minLength", field.min_length ? std::to_string(*field.min_length) : "");
  raw("maxLength", field.max_length ? std::to_string(*field.max_length) : "");
  if (field.pattern != nullptr) {
    schema.text("pattern", field.pattern->text());
  }
  if (!field.format.empty()) {
    schema.text("format", field.format);
  }
}

// Collects the properties of an object and the names of the required ones.
class Properties {
public:
  void add(std::string_view name, std::string_view schema, bool is_required) {
    properties_.raw(name, schema);
    if (is_required) {
      required_.emplace_back(name);
    }
  }

  // Adds the properties to the schema of the object, and the schema of other properties.
  std::string complete(JsonObject schema, std::string_view others) const {
    schema.text("type", "object").raw("properties", properties_.str());
    if (!required_.empty()) {
      schema.raw("required", json_array(required_));
    }
    return schema.raw("additionalProperties", others).str();
  }

private:
  JsonObject properties_;
  std::vector<std::string> required_;
};

// What the schema says of a timestamp unless the type declares it.
constexpr Field any_timestamp{.name = "timestamp",
                              .type = FieldType::number,
                              .help = "when it happened, in UNIX seconds",
                              .minimum = "0"};

Properties written_properties(const EventType& type) {
  Properties properties;
  const Field& timestamp = type.timestamp == nullptr ? any_timestamp : *type.timestamp;
  properties.add("timestamp", field_schema(timestamp), timestamp.required);
  properties.add("event", JsonObject{}.text("const", type.name).str(), true);
  for (auto field = type.fields.begin(); field != type.fields.end();) {
    const std::string_view object = field->parent;
    if (object.empty()) {
      properties.add(field->name, field_schema(*field), field->required);
      ++field;
      continue;
    }
    const bool is_required = !field->in_optional_object;
    Properties members;
    for (; field != type.fields.end() && field->parent == object; ++field) {
      members.add(member_name(*field), field_schema(*field), field->required);
    }
    properties.add(object, members.complete({}, "false"), is_required);
  }
  return properties;
}

} // namespace

std::string field_schema(const Field& field) {
  JsonObject schema;
  if (!field.help.empty()) {
    schema.text("description", field.help);
  }
  if (field.type == FieldType::json) {
    JsonReader reader;
    reader.read(field.schema);
    for (const Member& keyword : reader.members()) {
      schema.raw(keyword.name, keyword.json);
    }
  } else {
    add_limits(schema, field);
  }
  if (!field.examples.empty()) {
    schema.raw("examples", array_of(field.examples, field));
  }
  if (!field.default_value.empty()) {
    schema.raw("default", field.default_value);
  }
  if (field.unit == Unit::seconds) {
    schema.text("x-unit", "seconds");
  }
  if (field.measured != Measured::nothing) {
    schema.text("x-measured",
                std::ranges::find(measured_names, field.measured, &MeasuredName::measured)->name);
  }
  if (!field.variable.empty()) {
    schema.text("x-env", field.variable);
  }
  return schema.str();
}

std::string event_schema(const EventType& type) {
  JsonObject schema;
  schema.text("$schema", "https://json-schema.org/draft/2020-12/schema").text("title", type.name);
  if (!type.help.empty()) {
    schema.text("description", type.help);
  }
  const std::string others = type.extras != nullptr ? field_schema(*type.extras)
                             : type.takes_extras    ? "true"
                                                    : "false";
  return indented(written_properties(type).complete(std::move(schema), others));
}

} // namespace metrics_event
