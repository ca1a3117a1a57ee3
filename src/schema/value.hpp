#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Why a JSON Schema declares no event type, and where: a JSON pointer (RFC 6901), in which very
/// long names are cut and what a terminal acts on is made visible.
struct SchemaMistake {
  std::string pointer;
  std::string text;
};

/// A name as it stands in a JSON pointer.
std::string pointer_token(std::string_view name);

/// A value of a schema as compact JSON, and where it is.
struct SchemaValue {
  std::string pointer;
  std::string json;

  /// Where a member of it is, or would be.
  std::string below(std::string_view name) const;
};

/// A member of an object of a schema.
struct SchemaMember {
  std::string name;
  SchemaValue value;
};

/// What JSON says that a value is; of numbers, an integer has neither fraction nor exponent.
enum class JsonKind : std::uint8_t { null, boolean, integer, number, string, array, object };
JsonKind kind_of(std::string_view json);

/// Ends with a SchemaMistake: `expected …, got …`.
[[noreturn]] void refuse(std::string_view expected, const SchemaValue& got);

/// The parts of a value that is a string, an array, an object; each throws SchemaMistake if it is
/// not.
std::string text_of(const SchemaValue& value);
std::vector<SchemaValue> elements_of(const SchemaValue& value);
std::vector<SchemaMember> members_of(const SchemaValue& value);

} // namespace metrics_event
