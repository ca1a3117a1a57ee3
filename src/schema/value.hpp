#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The reason why a JSON Schema does not declare an event type. The place is a JSON pointer
/// (RFC 6901) in which very long names are cut and control characters are made visible.
struct SchemaMistake {
  std::string pointer;
  std::string text;
};

/// Returns a name as a token of a JSON pointer: `~` becomes `~0` and `/` becomes `~1` (RFC 6901).
std::string pointer_token(std::string_view name);

/// A value in a schema: its name or index in the enclosing object or array, its JSON pointer, and
/// its text as `compact_json` writes it.
struct SchemaValue {
  std::string name;
  std::string pointer;
  std::string json;
};

/// Returns the JSON Schema type of a value: null, boolean, integer, number, string, array or
/// object. A number is an integer when it is written without a fraction and without an exponent.
std::string_view kind_of(std::string_view json);

/// Returns a type with its article: "a string", "an integer".
std::string with_article(std::string_view type);

/// Throws SchemaMistake with the text `expected …, got …`.
[[noreturn]] void reject_value(std::string_view expected, const SchemaValue& got);

/// Throws SchemaMistake when a value is not of `type`. An integer is also a "number".
void expect_type(std::string_view type, const SchemaValue& value);

/// These return the text of a string, the elements of an array and the members of an object. They
/// throw SchemaMistake when the value is of another type.
std::string text_of(const SchemaValue& value);
std::vector<SchemaValue> elements_of(const SchemaValue& value);
std::vector<SchemaValue> members_of(const SchemaValue& value);

} // namespace metrics_event
