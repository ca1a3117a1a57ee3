#include "schema/keywords.hpp"

#include "base/text.hpp"
#include "json/reader.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace metrics_event {
namespace {

// The places where a keyword is supported.
constexpr unsigned in_file = 1; // beside the definitions
constexpr unsigned in_event = 2;
constexpr unsigned in_property = 4;
constexpr unsigned anywhere = in_event | in_property;

enum class Shape { string, number, boolean, array, object, any };

struct Row {
  std::string_view name;
  Shape shape;
  unsigned places;
  unsigned types;
  bool may_stand_beside_reference = false;
};

// All that is supported.
constexpr std::array rows{
    Row{"$schema", Shape::string, in_file, schema_type::any, true},
    Row{"$defs", Shape::object, in_file, schema_type::any, true},
    Row{"definitions", Shape::object, in_file, schema_type::any, true},
    Row{"$comment", Shape::string, anywhere, schema_type::any, true},
    Row{"title", Shape::string, anywhere, schema_type::any, true},
    Row{"description", Shape::string, anywhere, schema_type::any, true},
    Row{"$ref", Shape::string, anywhere, schema_type::any},
    Row{"allOf", Shape::array, anywhere, schema_type::any},
    Row{"anyOf", Shape::array, in_property, schema_type::any},
    Row{"type", Shape::any, anywhere, schema_type::any},
    Row{"properties", Shape::object, anywhere, schema_type::object},
    Row{"required", Shape::array, anywhere, schema_type::object},
    Row{"additionalProperties", Shape::boolean, anywhere, schema_type::object},
    Row{"enum", Shape::array, in_property, schema_type::scalar},
    Row{"const", Shape::any, in_property, schema_type::scalar},
    Row{"default", Shape::any, in_property, schema_type::any, true},
    Row{"minimum", Shape::number, in_property, schema_type::number},
    Row{"maximum", Shape::number, in_property, schema_type::number},
    Row{"exclusiveMinimum", Shape::number, in_property, schema_type::number},
    Row{"exclusiveMaximum", Shape::number, in_property, schema_type::number},
    Row{"minLength", Shape::number, in_property, schema_type::string},
    Row{"maxLength", Shape::number, in_property, schema_type::string},
    Row{"pattern", Shape::string, in_property, schema_type::string},
    Row{"x-unit", Shape::string, in_property, schema_type::number, true},
    Row{"x-measured", Shape::string, in_property, schema_type::string | schema_type::number, true},
};

constexpr std::array<std::string_view, 2> definition_places{"$defs", "definitions"};

// The part of a text that ends where it has `offset` bytes, as people count.
std::string line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_begin = before.rfind('\n') + 1; // 0 when there is none
  return "line " + std::to_string(1 + std::ranges::count(before, '\n')) + ", column " +
         std::to_string(1 + before.size() - line_begin);
}

bool has_shape(Shape shape, JsonKind kind) {
  switch (shape) {
  case Shape::string: return kind == JsonKind::string;
  case Shape::number: return kind == JsonKind::number || kind == JsonKind::integer;
  case Shape::boolean: return kind == JsonKind::boolean;
  case Shape::array: return kind == JsonKind::array;
  case Shape::object: return kind == JsonKind::object;
  case Shape::any: break;
  }
  return true;
}

std::string_view words_of(Shape shape) {
  switch (shape) {
  case Shape::string: return "a string";
  case Shape::number: return "a number";
  case Shape::boolean: return "true or false";
  case Shape::array: return "an array";
  case Shape::object: return "an object";
  case Shape::any: break;
  }
  return "a value";
}

const Row& row_of(const SchemaMember& member, unsigned places) {
  std::vector<std::string_view> known;
  for (const Row& row : rows) {
    if ((row.places & places) == 0) {
      continue;
    }
    if (row.name == member.name) {
      return row;
    }
    known.push_back(row.name);
  }
  const std::string hint = did_you_mean(member.name, known);
  throw SchemaMistake{member.value.pointer,
                      "unsupported keyword " + quote(member.name) +
                          (hint.empty() ? ", remove it; see metrics-event-schema(5)" : hint)};
}

struct KnownKeyword {
  const Row* row;
  SchemaValue value;

  // Whether it is what another schema stands in.
  bool leads_on() const {
    return row->name == "$ref" || row->name == "allOf" || row->name == "anyOf";
  }
};

std::vector<KnownKeyword> keywords_of(const SchemaValue& schema, unsigned places) {
  std::vector<KnownKeyword> keywords;
  for (SchemaMember& member : members_of(schema)) {
    const Row& row = row_of(member, places);
    if (!has_shape(row.shape, kind_of(member.value.json))) {
      refuse(words_of(row.shape), member.value);
    }
    keywords.push_back({&row, std::move(member.value)});
  }
  return keywords;
}

void check_dialect(const SchemaValue& dialect) {
  std::string uri = text_of(dialect);
  uri.erase(uri.ends_with('#') ? uri.size() - 1 : uri.size());
  if (uri != "https://json-schema.org/draft/2020-12/schema" &&
      uri != "http://json-schema.org/draft-07/schema") {
    refuse("\"https://json-schema.org/draft/2020-12/schema\" or "
           "\"http://json-schema.org/draft-07/schema#\"",
           dialect);
  }
}

// The only schema of an allOf, and of an anyOf the one beside null.
SchemaValue only_schema(const KnownKeyword& keyword) {
  std::vector<SchemaValue> schemas = elements_of(keyword.value);
  if (keyword.row->name == "allOf") {
    if (schemas.size() != 1) {
      refuse("one schema", keyword.value);
    }
  } else {
    const auto is_null = [](const SchemaValue& schema) {
      return schema.json == R"({"type":"null"})";
    };
    if (schemas.size() != 2 || std::erase_if(schemas, is_null) != 1) {
      refuse("one schema and {\"type\":\"null\"}", keyword.value);
    }
  }
  return schemas.front();
}

// A class's name, which pydantic makes the title of its definition, says nothing of a property.
bool says_nothing(const KnownKeyword& keyword, const std::vector<std::string>& followed) {
  return keyword.row->name == "title" && !followed.empty() &&
         followed.back().ends_with(text_of(keyword.value));
}

} // namespace

const SchemaValue* Schema::find(std::string_view name) const {
  const auto found = std::ranges::find(keywords, name, &Keyword::name);
  return found == keywords.end() ? nullptr : &found->value;
}

SchemaFile::SchemaFile(std::string_view json) {
  const ParsedJson<std::string> compact = compact_json(json);
  if (!compact) {
    throw SchemaMistake{"", compact.error().text + " at " +
                                line_and_column(json, compact.error().offset)};
  }
  root_.json = *compact;
  for (SchemaMember& member : members_of(root_)) {
    if (std::ranges::find(definition_places, member.name) != definition_places.end()) {
      for (SchemaMember& definition : members_of(member.value)) {
        definitions_.push_back({"#/" + member.name + '/' + pointer_token(definition.name),
                                std::move(definition.value)});
      }
    }
  }
}

Schema SchemaFile::root() const {
  return read(root_, in_file | in_event);
}

Schema SchemaFile::property(const SchemaValue& value) const {
  return read(value, in_property);
}

Schema SchemaFile::read(SchemaValue value, unsigned places) const {
  constexpr std::size_t most_references = 4;
  Schema schema{.pointer = value.pointer};
  std::vector<std::string> followed;
  while (true) {
    const std::vector<KnownKeyword> keywords = keywords_of(value, places);
    const auto leading = std::ranges::find_if(keywords, &KnownKeyword::leads_on);
    for (const KnownKeyword& keyword : keywords) {
      if (leading != keywords.end() && &keyword != &*leading &&
          !keyword.row->may_stand_beside_reference) {
        throw SchemaMistake{keyword.value.pointer,
                            quote(keyword.row->name) + " beside " + quote(leading->row->name) +
                                " is not supported, move it into what that leads to"};
      }
      if (keyword.row->name == "$schema") {
        check_dialect(keyword.value);
      }
      if (!keyword.leads_on() && schema.find(keyword.row->name) == nullptr &&
          !says_nothing(keyword, followed)) {
        schema.keywords.push_back({keyword.row->name, keyword.row->types, keyword.value});
      }
    }
    if (leading == keywords.end()) {
      return schema;
    }
    if (leading->row->name == "$ref") {
      const std::string reference = text_of(leading->value);
      if (std::ranges::find(followed, reference) != followed.end()) {
        throw SchemaMistake{leading->value.pointer, quote(reference) + " leads in a circle"};
      }
      if (followed.size() == most_references) {
        throw SchemaMistake{leading->value.pointer, "more than " + std::to_string(most_references) +
                                                        " references lead here, write fewer"};
      }
      followed.push_back(reference);
      value = referred(leading->value);
    } else {
      schema.is_nullable = schema.is_nullable || leading->row->name == "anyOf";
      value = only_schema(*leading);
    }
    places &= ~in_file;
  }
}

SchemaValue SchemaFile::referred(const SchemaValue& reference) const {
  const std::string text = text_of(reference);
  const auto is_within = [&text](std::string_view place) {
    const std::string prefix = "#/" + std::string{place} + '/';
    return text.starts_with(prefix) && text.find('/', prefix.size()) == std::string::npos;
  };
  if (std::ranges::none_of(definition_places, is_within)) {
    refuse("\"#/$defs/NAME\" or \"#/definitions/NAME\"", reference);
  }
  const auto found = std::ranges::find(definitions_, text, &SchemaMember::name);
  if (found == definitions_.end()) {
    std::vector<std::string_view> known;
    for (const SchemaMember& definition : definitions_) {
      known.push_back(definition.name);
    }
    throw SchemaMistake{reference.pointer,
                        quote(text) + " leads nowhere" + did_you_mean(text, known)};
  }
  constexpr std::size_t longest_definition = 16UL * 1024; // many may refer to it
  if (found->value.json.size() > longest_definition) {
    throw SchemaMistake{found->value.pointer, "the definition is longer than 16 KiB"};
  }
  return found->value;
}

} // namespace metrics_event
