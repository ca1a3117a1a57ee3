#pragma once

#include "event/pattern.hpp"
#include "schema/schema_file.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The types that a schema declares, or else those of the values that it allows; there are none
/// when it shows neither. Integers among numbers are numbers.
struct DeclaredTypes {
  std::vector<std::string> names; // without "null"
  bool is_nullable = false;       // the value may be null

  bool is_only(std::string_view name) const { return names.size() == 1 && names[0] == name; }
};
/// Returns the declared types. Throws SchemaMistake when `type` has an unknown name.
DeclaredTypes declared_types(const Schema& schema);

/// Returns the values that `enum` and `const` allow; there are none when the schema has neither.
/// Throws SchemaMistake when a `const` is not among the values of an `enum`.
std::vector<SchemaValue> allowed_values(const Schema& schema);

/// Returns the number of characters, values or members that a keyword gives; nothing when the
/// schema does not have it.
std::optional<std::size_t> read_count(const Schema& schema, std::string_view keyword);

/// Throws SchemaMistake when a lower limit of the schema is above an upper one.
void reject_gaps(const Schema& schema);

/// Compiles a regular expression. Throws SchemaMistake when it is not valid or not supported.
Pattern read_pattern(const SchemaValue& expression);

} // namespace metrics_event
