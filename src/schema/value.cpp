#include "schema/value.hpp"

#include "base/text.hpp"
#include "json/reader.hpp"

namespace metrics_event {
namespace {

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

} // namespace

std::string pointer_token(std::string_view name) {
  return replace_all(replace_all(std::string{name}, "~", "~0"), "/", "~1");
}

std::string SchemaValue::below(std::string_view name) const {
  const std::string token = quote(pointer_token(name));
  return pointer + '/' + token.substr(1, token.size() - 2);
}

JsonKind kind_of(std::string_view json) {
  switch (json.front()) {
  case 'n': return JsonKind::null;
  case 't':
  case 'f': return JsonKind::boolean;
  case '"': return JsonKind::string;
  case '[': return JsonKind::array;
  case '{': return JsonKind::object;
  default: break;
  }
  return json.find_first_of(".eE") == std::string_view::npos ? JsonKind::integer : JsonKind::number;
}

void refuse(std::string_view expected, const SchemaValue& got) {
  constexpr std::size_t most_shown = 80;
  throw SchemaMistake{got.pointer, "expected " + std::string{expected} + ", got " +
                                       printable(got.json, most_shown)};
}

std::string text_of(const SchemaValue& value) {
  if (kind_of(value.json) != JsonKind::string) {
    refuse("a string", value);
  }
  return *string_value(value.json);
}

std::vector<SchemaValue> elements_of(const SchemaValue& value) {
  if (kind_of(value.json) != JsonKind::array) {
    refuse("an array", value);
  }
  std::vector<SchemaValue> elements;
  JsonReader reader;
  reader.read(value.json);
  for (const Member& element : reader.members()) {
    elements.push_back({value.below(std::to_string(elements.size())), std::string{element.json}});
  }
  return elements;
}

std::vector<SchemaMember> members_of(const SchemaValue& value) {
  if (kind_of(value.json) != JsonKind::object) {
    refuse("an object", value);
  }
  std::vector<SchemaMember> members;
  JsonReader reader;
  reader.read(value.json);
  for (const Member& member : reader.members()) {
    members.push_back(
        {std::string{member.name}, {value.below(member.name), std::string{member.json}}});
  }
  return members;
}

} // namespace metrics_event
