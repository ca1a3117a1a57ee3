#pragma once

#include "schema/value.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

/// The name of the file with the meta-schema of declarations, from which editors learn what a
/// declaration may say. A declaration names it in `$schema`, and it may lie beside declarations.
inline constexpr std::string_view meta_schema_file = "metrics-event.schema.json";

/// A schema after all its references have been followed. A keyword beside a reference takes
/// precedence over the same keyword in the referenced schema. Every keyword is supported and has a
/// value of the right type, and no bound is written as in draft-04.
struct Schema {
  std::string pointer;                 // to the schema as written, before any reference
  bool is_nullable = false;            // an `anyOf` or `oneOf` allows null, too
  std::vector<std::string> references; // that were followed
  std::vector<SchemaValue> keywords;

  /// Returns the value of a keyword, or nullptr when the schema does not have it.
  const SchemaValue* find(std::string_view keyword) const;
};

/// The schema that allows null alone, as it is usually written, and whether a schema is that one.
inline constexpr std::string_view null_schema = R"({"type":"null"})";
inline bool is_null(const SchemaValue& schema) {
  return schema.json == null_schema;
}

/// Throws SchemaMistake when a keyword has no effect on values of `type`, such as `pattern` on
/// "number".
void reject_keywords_without_effect(const Schema& schema, std::string_view type);

/// Throws SchemaMistake when a schema that is not that of a field says what fills it, by the
/// keyword `x-measured` or `x-env`. `place` ends the message: "within a field".
void reject_filling(const Schema& schema, std::string_view place);

/// A file with one schema and its definitions. A definition that nothing refers to is not checked.
/// All functions throw SchemaMistake when the text is not JSON or the schema is not supported.
class SchemaFile {
public:
  explicit SchemaFile(std::string_view json);

  /// Returns the schema of the event itself, which describes an object.
  Schema root() const;

  /// Returns the schema of a property, given as the value of its member in `properties`, or any
  /// other schema within that of the event.
  Schema property(const SchemaValue& value) const;

private:
  Schema read(SchemaValue value, unsigned places) const;
  SchemaValue referred(const SchemaValue& reference) const;

  SchemaValue root_;
  std::vector<std::pair<std::string, SchemaValue>> definitions_; // key: reference, #/$defs/NAME
};

} // namespace metrics_event
