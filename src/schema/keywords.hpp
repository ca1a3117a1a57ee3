#pragma once

#include "schema/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The types that a keyword says something about, in any combination.
namespace schema_type {
constexpr unsigned string = 1;
constexpr unsigned number = 2; // and integer
constexpr unsigned boolean = 4;
constexpr unsigned object = 8;
constexpr unsigned scalar = string | number | boolean;
constexpr unsigned any = scalar | object;
} // namespace schema_type

/// A keyword of a schema that is known here.
struct Keyword {
  std::string_view name;
  unsigned types; // see schema_type
  SchemaValue value;
};

/// A schema whose references, if any, have been followed: what stands beside one comes before what
/// it leads to. Every keyword in it is known and has a value of the right kind.
struct Schema {
  std::string pointer; // of what was read, before any reference
  bool is_nullable = false;
  std::vector<Keyword> keywords;

  /// The value of a keyword, or null.
  const SchemaValue* find(std::string_view name) const;
};

/// A file with one schema and the definitions that it refers to. Definitions that nothing refers to
/// are not looked at.
class SchemaFile {
public:
  /// Throws SchemaMistake, as all that follows.
  explicit SchemaFile(std::string_view json);

  /// The schema of the file, of what is an object.
  Schema root() const;

  /// The schema of a property.
  Schema property(const SchemaValue& value) const;

private:
  Schema read(SchemaValue value, unsigned places) const;
  SchemaValue referred(const SchemaValue& reference) const;

  SchemaValue root_;
  std::vector<SchemaMember> definitions_; // by what a reference calls them: #/$defs/NAME
};

} // namespace metrics_event
