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

void reject(std::string_view expected, const SchemaValue& got) {
  constexpr std::size_t most_shown = 80;
  throw SchemaMistake{got.pointer, "expected " + std::string{expected} + ", got " +
                                       printable(got.json, most_shown)};
}

void expect(std::string_view type, const SchemaValue& value) {
  const std::string_view kind = kind_of(value.json);
  if (kind != type && !(type == "number" && kind == "integer")) {
    reject(type == "boolean" ? "true or false" : with_article(type), value);
  }
}

std::string text_of(const SchemaValue& value) {
  expect("string", value);
  return *string_value(value.json);
}

std::vector<SchemaValue> elements_of(const SchemaValue& value) {
  expect("array", value);
  std::vector<SchemaValue> elements;
  JsonReader reader;
  reader.read(value.json);
  for (const Member& element : reader.members()) {
    elements.push_back(part_of(value, std::to_string(elements.size()), element.json));
  }
  return elements;
}

std::vector<SchemaValue> members_of(const SchemaValue& value) {
  expect("object", value);
  std::vector<SchemaValue> members;
  JsonReader reader;
  reader.read(value.json);
  for (const Member& member : reader.members()) {
    members.push_back(part_of(value, std::string{member.name}, member.json));
  }
  return members;
}

} // namespace metrics_event
