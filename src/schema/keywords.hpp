#pragma once

#include "schema/value.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

/// A schema whose references, if any, have been followed: what stands beside one comes before what
/// it leads to. Every keyword in it is known and has a value of the right type.
struct Schema {
  std::string pointer; // of what was read, before any reference
  bool is_nullable = false;
  std::vector<SchemaValue> keywords;

  /// The value of a keyword, or null.
  const SchemaValue* find(std::string_view keyword) const;
};

/// Refuses the keywords that do nothing for values of a type, which is named as `type` has it.
void refuse_idle_keywords(const Schema& schema, std::string_view type);

/// A file with one schema and the definitions that it refers to. Definitions that nothing refers to
/// are not looked at. All functions throw SchemaMistake.
class SchemaFile {
public:
  explicit SchemaFile(std::string_view json);

  /// The schema of the file, of what is an object.
  Schema root() const;

  /// The schema of a property.
  Schema property(const SchemaValue& value) const;

private:
  Schema read(SchemaValue value, unsigned places) const;
  SchemaValue referred(const SchemaValue& reference) const;

  SchemaValue root_;
  std::vector<std::pair<std::string, SchemaValue>> definitions_; // by a reference: #/$defs/NAME
};

} // namespace metrics_event
