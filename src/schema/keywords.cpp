#include "schema/keywords.hpp"

#include "base/text.hpp"
#include "json/reader.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

// These bits are the places where a keyword is supported.
constexpr unsigned in_file = 1; // at the root, beside the definitions
constexpr unsigned in_event = 2;
constexpr unsigned in_property = 4;
constexpr unsigned anywhere = in_event | in_property;

// These lists name the types on which a keyword has an effect.
constexpr std::string_view numbers = "number integer";
constexpr std::string_view scalars = "string number integer boolean";
constexpr std::string_view all_types = "string number integer boolean object";

struct Keyword {
  std::string_view name;
  std::string_view type; // of its value; empty means any
  unsigned places;
  std::string_view about; // the types on which it has an effect
  bool may_stand_beside_reference = false;
};

// This table has every supported keyword; any other is a mistake.
constexpr std::array known_keywords{
    Keyword{"$schema", "string", in_file, all_types, true},
    Keyword{"$defs", "object", in_file, all_types, true},
    Keyword{"definitions", "object", in_file, all_types, true},
    Keyword{"$comment", "string", anywhere, all_types, true},
    Keyword{"title", "string", anywhere, all_types, true},
    Keyword{"description", "string", anywhere, all_types, true},
    Keyword{"$ref", "string", anywhere, all_types},
    Keyword{"allOf", "array", anywhere, all_types},
    Keyword{"anyOf", "array", in_property, all_types},
    Keyword{"type", "", anywhere, all_types},
    Keyword{"properties", "object", anywhere, "object"},
    Keyword{"required", "array", anywhere, "object"},
    Keyword{"additionalProperties", "boolean", anywhere, "object"},
    Keyword{"enum", "array", in_property, scalars},
    Keyword{"const", "", in_property, scalars},
    Keyword{"default", "", in_property, all_types, true},
    Keyword{"minimum", "number", in_property, numbers},
    Keyword{"maximum", "number", in_property, numbers},
    Keyword{"exclusiveMinimum", "number", in_property, numbers},
    Keyword{"exclusiveMaximum", "number", in_property, numbers},
    Keyword{"minLength", "number", in_property, "string"},
    Keyword{"maxLength", "number", in_property, "string"},
    Keyword{"pattern", "string", in_property, "string"},
    Keyword{"x-unit", "string", in_property, numbers, true},
    Keyword{"x-measured", "string", in_property, "string number integer", true},
};

// Returns the line and the column of a byte offset, both counted from 1.
std::string line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_begin = before.rfind('\n') + 1; // 0 in the first line
  return "line " + std::to_string(1 + std::ranges::count(before, '\n')) + ", column " +
         std::to_string(1 + before.size() - line_begin);
}

const Keyword& row_of(const SchemaValue& keyword) {
  return *std::ranges::find(known_keywords, keyword.name, &Keyword::name);
}

// Returns whether the value of a keyword refers to or contains the schema to read next.
bool leads_on(const SchemaValue& keyword) {
  return keyword.name == "$ref" || keyword.name == "allOf" || keyword.name == "anyOf";
}

void check_keyword(const SchemaValue& keyword, unsigned places) {
  std::vector<std::string_view> known;
  for (const Keyword& row : known_keywords) {
    if ((row.places & places) != 0) {
      known.push_back(row.name);
    }
  }
  if (std::ranges::find(known, keyword.name) == known.end()) {
    const std::string hint = did_you_mean(keyword.name, known);
    throw SchemaMistake{keyword.pointer,
                        "unsupported keyword " + quote(keyword.name) +
                            (hint.empty() ? ", remove it; see metrics-event-schema(5)" : hint)};
  }
  if (const std::string_view type = row_of(keyword).type; !type.empty()) {
    expect_type(type, keyword);
  }
}

void check_dialect(const SchemaValue& dialect) {
  std::string uri = text_of(dialect);
  uri.erase(uri.ends_with('#') ? uri.size() - 1 : uri.size());
  if (uri != "https://json-schema.org/draft/2020-12/schema" &&
      uri != "http://json-schema.org/draft-07/schema") {
    reject_value("\"https://json-schema.org/draft/2020-12/schema\" or "
                 "\"http://json-schema.org/draft-07/schema#\"",
                 dialect);
  }
}

// Returns the only schema of an allOf, or the only one of an anyOf besides null.
SchemaValue only_schema(const SchemaValue& keyword) {
  std::vector<SchemaValue> schemas = elements_of(keyword);
  const bool is_nullable = keyword.name == "anyOf";
  const std::size_t nulls = std::erase_if(schemas, [is_nullable](const SchemaValue& schema) {
    return is_nullable && schema.json == R"({"type":"null"})";
  });
  if (schemas.size() != 1 || nulls != (is_nullable ? 1 : 0)) {
    reject_value(is_nullable ? "one schema and {\"type\":\"null\"}" : "one schema", keyword);
  }
  return schemas.front();
}

} // namespace

const SchemaValue* Schema::find(std::string_view keyword) const {
  const auto found = std::ranges::find(keywords, keyword, &SchemaValue::name);
  return found == keywords.end() ? nullptr : &*found;
}

void reject_keywords_without_effect(const Schema& schema, std::string_view type) {
  for (const SchemaValue& keyword : schema.keywords) {
    if (row_of(keyword).about.find(type) == std::string_view::npos) {
      throw SchemaMistake{keyword.pointer,
                          quote(keyword.name) + " does nothing for " + with_article(type)};
    }
  }
}

SchemaFile::SchemaFile(std::string_view json) {
  const ParsedJson<std::string> compact = compact_json(json);
  if (!compact) {
    throw SchemaMistake{"", compact.error().text + " at " +
                                line_and_column(json, compact.error().offset)};
  }
  root_.json = *compact;
  for (const SchemaValue& place : members_of(root_)) {
    if (place.name == "$defs" || place.name == "definitions") {
      for (SchemaValue& definition : members_of(place)) {
        definitions_.emplace_back("#/" + place.name + '/' + pointer_token(definition.name),
                                  std::move(definition));
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
    const std::vector<SchemaValue> keywords = members_of(value);
    for (const SchemaValue& keyword : keywords) {
      check_keyword(keyword, places);
    }
    const auto leading = std::ranges::find_if(keywords, leads_on);
    for (const SchemaValue& keyword : keywords) {
      const bool is_leading = leading != keywords.end() && &keyword == &*leading;
      if (leading != keywords.end() && !is_leading && !row_of(keyword).may_stand_beside_reference) {
        throw SchemaMistake{keyword.pointer,
                            quote(keyword.name) + " beside " + quote(leading->name) +
                                " is not supported, move it into what that leads to"};
      }
      if (keyword.name == "$schema") {
        check_dialect(keyword);
      }
      // pydantic makes the class name the title of a definition; it does not describe the property.
      const bool is_title_of_class = keyword.name == "title" && !followed.empty() &&
                                     followed.back().ends_with(text_of(keyword));
      if (!is_leading && !is_title_of_class && schema.find(keyword.name) == nullptr) {
        schema.keywords.push_back(keyword);
      }
    }
    if (leading == keywords.end()) {
      return schema;
    }
    if (leading->name == "$ref") {
      const std::string reference = text_of(*leading);
      if (std::ranges::find(followed, reference) != followed.end()) {
        throw SchemaMistake{leading->pointer, quote(reference) + " leads in a circle"};
      }
      if (followed.size() == most_references) {
        throw SchemaMistake{leading->pointer, "more than " + std::to_string(most_references) +
                                                  " references lead here, write fewer"};
      }
      followed.push_back(reference);
      value = referred(*leading);
    } else {
      schema.is_nullable = schema.is_nullable || leading->name == "anyOf";
      value = only_schema(*leading);
    }
    places &= ~in_file;
  }
}

SchemaValue SchemaFile::referred(const SchemaValue& reference) const {
  const std::string text = text_of(reference);
  const std::string place = text.substr(0, text.rfind('/') + 1);
  if (place != "#/$defs/" && place != "#/definitions/") {
    reject_value("\"#/$defs/NAME\" or \"#/definitions/NAME\"", reference);
  }
  std::vector<std::string_view> known;
  for (const auto& [name, definition] : definitions_) {
    if (name == text) {
      constexpr std::size_t longest_definition = 16UL * 1024; // every reference reads it again
      if (definition.json.size() > longest_definition) {
        throw SchemaMistake{definition.pointer, "the definition is longer than 16 KiB"};
      }
      return definition;
    }
    known.push_back(name);
  }
  throw SchemaMistake{reference.pointer,
                      quote(text) + " leads nowhere" + did_you_mean(text, known)};
}

} // namespace metrics_event
