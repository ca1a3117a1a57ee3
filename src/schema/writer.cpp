#include "schema/writer.hpp"

#include "base/text.hpp"
#include "json/writer.hpp"
#include "schema/field.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

// Indents compact JSON over several lines. No object and no array in it may be empty.
std::string indented(std::string_view compact) {
  std::string text;
  std::size_t depth = 0;
  bool is_in_string = false;
  bool is_escaped = false;
  const auto start_line = [&] { text.append(1, '\n').append(2 * depth, ' '); };
  for (const char c : compact) {
    const bool opens = !is_in_string && (c == '{' || c == '[');
    const bool closes = !is_in_string && (c == '}' || c == ']');
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

void add_choices(JsonObject& schema, const Field& field) {
  const bool is_text = field.type == FieldType::string;
  const std::string values = joined(field.choices, ",", [is_text](std::string_view choice) {
    return is_text ? json_string(choice) : std::string{choice};
  });
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

// Collects the properties of an object and the names of the required ones.
class Properties {
public:
  void add(std::string_view name, std::string_view schema, bool is_required) {
    properties_.raw(name, schema);
    if (is_required) {
      required_.emplace_back(name);
    }
  }

  // Adds the properties to the schema of the object, and whether it takes other properties.
  std::string complete(JsonObject schema, bool takes_others) const {
    schema.text("type", "object").raw("properties", properties_.str());
    if (!required_.empty()) {
      schema.raw("required", json_array(required_));
    }
    return schema.raw("additionalProperties", takes_others ? "true" : "false").str();
  }

private:
  JsonObject properties_;
  std::vector<std::string> required_;
};

Properties written_properties(const EventType& type) {
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
    const std::string_view object = parent_of(field->name);
    if (object.empty()) {
      properties.add(field->name, property(*field), field->required);
      ++field;
      continue;
    }
    const bool is_required = !field->in_optional_object;
    Properties members;
    for (; field != type.fields.end() && parent_of(field->name) == object; ++field) {
      members.add(field->name.substr(object.size() + 1), property(*field), field->required);
    }
    properties.add(object, members.complete({}, false), is_required);
  }
  return properties;
}

} // namespace

std::string event_schema(const EventType& type) {
  JsonObject schema;
  schema.text("$schema", "https://json-schema.org/draft/2020-12/schema").text("title", type.name);
  if (!type.help.empty()) {
    schema.text("description", type.help);
  }
  return indented(written_properties(type).complete(std::move(schema), type.takes_extras));
}

} // namespace metrics_event
