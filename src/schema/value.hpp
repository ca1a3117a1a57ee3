#pragma once

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

/// A value in a schema: what the object or array around it calls it, where it is, and what it is,
/// as `compact_json` has it.
struct SchemaValue {
  std::string name;
  std::string pointer;
  std::string json;
};

/// The JSON Schema type of a value: null, boolean, integer, number, string, array or object. An
/// integer is a number that is written without a fraction and without an exponent.
std::string_view kind_of(std::string_view json);

/// A type with its article: "a string", "an integer".
std::string with_article(std::string_view type);

/// Ends with a SchemaMistake: `expected …, got …`.
[[noreturn]] void refuse(std::string_view expected, const SchemaValue& got);

/// Refuses a value of another type. An integer is a number as well.
void expect(std::string_view type, const SchemaValue& value);

/// The parts of a value that is a string, an array, an object. They refuse another one.
std::string text_of(const SchemaValue& value);
std::vector<SchemaValue> elements_of(const SchemaValue& value);
std::vector<SchemaValue> members_of(const SchemaValue& value);

} // namespace metrics_event
