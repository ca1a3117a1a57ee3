#include "schema/value.hpp"

#include "base/text.hpp"
#include "json/reader.hpp"

namespace metrics_event {
namespace {

SchemaValue part_of(const SchemaValue& whole, std::string name, std::string_view json) {
  const std::string quoted = quote(pointer_token(name));
  std::string pointer = whole.pointer + '/' + quoted.substr(1, quoted.size() - 2);
  return {std::move(name), std::move(pointer), std::string{json}};
}

// Returns the members of an object, or the elements of an array, which are named by their numbers.
std::vector<SchemaValue> parts_of(const SchemaValue& whole) {
  const bool is_array = whole.json.starts_with('[');
  std::vector<SchemaValue> parts;
  JsonReader reader;
  reader.read(whole.json);
  for (const Member& part : reader.members()) {
    parts.push_back(part_of(whole, is_array ? std::to_string(parts.size()) : std::string{part.name},
                            part.json));
  }
  return parts;
}

} // namespace

std::string pointer_token(std::string_view name) {
  std::string token;
  for (const char c : name) {
    token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return token;
}

std::string_view kind_of(std::string_view json) {
  switch (json.front()) {
  case 'n': return "null";
  case 't':
  case 'f': return "boolean";
  case '"': return "string";
  case '[': return "array";
  case '{': return "object";
  default: break;
  }
  return json.find_first_of(".eE") == json.npos ? "integer" : "number";
}

std::string with_article(std::string_view type) {
  const bool has_vowel = std::string_view{"aio"}.find(type.front()) != std::string_view::npos;
  return (has_vowel ? "an " : "a ") + std::string{type};
}

void reject_value(std::string_view expected, const SchemaValue& got) {
  constexpr std::size_t most_shown = 80;
  throw SchemaMistake{got.pointer, "expected " + std::string{expected} + ", got " +
                                       printable(got.json, most_shown)};
}

void expect_type(std::string_view type, const SchemaValue& value) {
  const std::string_view kind = kind_of(value.json);
  if (kind != type && !(type == "number" && kind == "integer")) {
    reject_value(type == "boolean" ? "true or false" : with_article(type), value);
  }
}

std::string text_of(const SchemaValue& value) {
  expect_type("string", value);
  return *string_value(value.json);
}

std::vector<SchemaValue> elements_of(const SchemaValue& value) {
  expect_type("array", value);
  return parts_of(value);
}

std::vector<SchemaValue> members_of(const SchemaValue& value) {
  expect_type("object", value);
  return parts_of(value);
}

} // namespace metrics_event
