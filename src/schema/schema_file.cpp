#include "schema/schema_file.hpp"

#include "base/text.hpp"
#include "json/reader.hpp"
#include "schema/keywords.hpp"

#include <algorithm>
#include <optional>

namespace metrics_event {
namespace {

// Returns the line and the column of a byte offset, both counted from 1.
std::string line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_begin = before.rfind('\n') + 1; // 0 in the first line
  return "line " + std::to_string(1 + std::ranges::count(before, '\n')) + ", column " +
         std::to_string(1 + before.size() - line_begin);
}

void check_dialect(const SchemaValue& dialect) {
  constexpr std::string_view known[]{
      "json-schema.org/draft/2020-12/schema", "json-schema.org/draft/2019-09/schema",
      "json-schema.org/draft-07/schema", "json-schema.org/draft-06/schema",
      "json-schema.org/draft-04/schema"};
  const std::string uri = text_of(dialect);
  std::string_view draft = uri;
  draft.remove_suffix(draft.ends_with('#') ? 1 : 0);
  for (const std::string_view scheme : {"https://", "http://"}) {
    draft.remove_prefix(draft.starts_with(scheme) ? scheme.size() : 0);
  }
  const bool is_draft =
      uri.starts_with("http") && std::ranges::find(known, draft) != std::end(known);
  if (!is_draft && uri.substr(uri.rfind('/') + 1) != meta_schema_file) {
    reject_value("the URI of a draft from draft-04 to 2020-12, such as "
                 "\"https://json-schema.org/draft/2020-12/schema\", or \"./" +
                     std::string{meta_schema_file} + '"',
                 dialect);
  }
}

// A schema to which a keyword leads that says nothing else, except that null may be allowed, too.
struct Lead {
  SchemaValue schema;
  bool or_null = false;
};

// Returns the only schema of an allOf, or the only one of an anyOf or oneOf besides null; nothing
// when there are several or none.
std::optional<Lead> lead_of(const SchemaValue& keyword) {
  if (role_of(keyword) != KeywordRole::combines || keyword.name == "not") {
    return std::nullopt;
  }
  std::vector<SchemaValue> schemas = elements_of(keyword);
  const bool or_null = keyword.name != "allOf" && std::erase_if(schemas, is_null) > 0;
  return schemas.size() == 1 ? std::optional{Lead{schemas.front(), or_null}} : std::nullopt;
}

// Returns whether an anyOf or oneOf has the schema that allows null.
bool allows_null(const SchemaValue& keyword) {
  return (keyword.name == "anyOf" || keyword.name == "oneOf") &&
         std::ranges::any_of(elements_of(keyword), is_null);
}

bool leads_on(const SchemaValue& keyword) {
  return keyword.name == "$ref" || lead_of(keyword);
}

// Returns the keywords of a schema; `true` is a schema that allows everything, and `false` one that
// allows nothing.
std::vector<SchemaValue> keywords_of(const SchemaValue& schema) {
  if (schema.json == "false") {
    return {{"not", schema.pointer, "{}"}};
  }
  return schema.json == "true" ? std::vector<SchemaValue>{} : members_of(schema);
}

// Turns a bound of draft-04 into today's form: there, `exclusiveMinimum` is a boolean that says
// whether `minimum` is exclusive.
void replace_boolean_bound(Schema& schema, std::string_view inclusive, std::string_view exclusive) {
  const auto by_name = [&schema](std::string_view name) {
    return std::ranges::find(schema.keywords, name, &SchemaValue::name);
  };
  const auto found = by_name(exclusive);
  if (found == schema.keywords.end()) {
    return;
  }
  const bool is_boolean = kind_of(found->json) == "boolean";
  if (!is_boolean) {
    return expect_type("number", *found);
  }
  const bool is_exclusive = found->json == "true";
  const SchemaValue as_written = *found;
  schema.keywords.erase(found);
  if (const auto bound = by_name(inclusive); bound != schema.keywords.end()) {
    bound->name = is_exclusive ? exclusive : inclusive;
  } else if (is_exclusive) {
    reject_value("a number", as_written);
  }
}

} // namespace

const SchemaValue* Schema::find(std::string_view keyword) const {
  const auto found = std::ranges::find(keywords, keyword, &SchemaValue::name);
  return found == keywords.end() ? nullptr : &*found;
}

void reject_keywords_without_effect(const Schema& schema, std::string_view type) {
  for (const SchemaValue& keyword : schema.keywords) {
    if (!has_effect(keyword, type)) {
      throw SchemaMistake{keyword.pointer,
                          quote(keyword.name) + " does nothing for " + with_article(type)};
    }
  }
}

void reject_filling(const Schema& schema, std::string_view place) {
  for (const std::string_view keyword : {"x-measured", "x-env"}) {
    if (const SchemaValue* const found = schema.find(keyword)) {
      throw SchemaMistake{found->pointer, quote(keyword) + " does nothing " + std::string{place}};
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
  std::vector<std::string>& followed = schema.references;
  while (true) {
    const std::vector<SchemaValue> keywords =
        (places & in_event) == 0 ? keywords_of(value) : members_of(value);
    for (const SchemaValue& keyword : keywords) {
      check_keyword(keyword, places);
    }
    const auto leading = std::ranges::find_if(keywords, leads_on);
    for (const SchemaValue& keyword : keywords) {
      const bool is_leading = leading != keywords.end() && &keyword == &*leading;
      if (leading != keywords.end() && !is_leading && role_of(keyword) != KeywordRole::annotates) {
        throw SchemaMistake{keyword.pointer,
                            quote(keyword.name) + " beside " + quote(leading->name) +
                                " is not supported; move it into the schema that " +
                                quote(leading->name) + " leads to"};
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
      schema.is_nullable = schema.is_nullable || std::ranges::any_of(schema.keywords, allows_null);
      replace_boolean_bound(schema, "minimum", "exclusiveMinimum");
      replace_boolean_bound(schema, "maximum", "exclusiveMaximum");
      return schema;
    }
    if (leading->name == "$ref") {
      const std::string reference = text_of(*leading);
      if (std::ranges::find(followed, reference) != followed.end()) {
        throw SchemaMistake{leading->pointer, quote(reference) + " is a circular reference"};
      }
      if (followed.size() == most_references) {
        throw SchemaMistake{leading->pointer, "more than " + std::to_string(most_references) +
                                                  " references lead here; write fewer"};
      }
      followed.push_back(reference);
      value = referred(*leading);
    } else {
      Lead lead = *lead_of(*leading);
      schema.is_nullable = schema.is_nullable || lead.or_null;
      value = std::move(lead.schema);
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
                      quote(text) + " refers to nothing" + did_you_mean(text, known)};
}

} // namespace metrics_event
