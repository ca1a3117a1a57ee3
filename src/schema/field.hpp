#pragma once

#include "event/pattern.hpp"
#include "event/type.hpp"
#include "schema/keywords.hpp"

#include <array>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// One field type and its name in the keyword `type`.
struct TypeName {
  std::string_view name;
  FieldType type;
};
inline constexpr std::array type_names{
    TypeName{"string", FieldType::string},
    TypeName{"number", FieldType::number},
    TypeName{"integer", FieldType::integer},
    TypeName{"boolean", FieldType::boolean},
};

/// One measured value, its name in the keyword `x-measured`, and a field type that can hold it; a
/// value that fits two types has two rows.
struct MeasuredName {
  std::string_view name;
  Measured measured;
  FieldType type;
};
inline constexpr std::array measured_names{
    MeasuredName{"duration", Measured::duration, FieldType::number},
    MeasuredName{"duration", Measured::duration, FieldType::integer},
    MeasuredName{"exit-code", Measured::exit_code, FieldType::integer},
    MeasuredName{"status", Measured::status, FieldType::string},
};

/// Owns the texts, patterns and choices that fields refer to. They keep their addresses.
class FieldStore {
public:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  const Pattern* keep(Pattern pattern) { return &patterns_.emplace_back(std::move(pattern)); }
  std::span<const std::string_view> keep(std::vector<std::string_view> kept_texts) {
    return choices_.emplace_back(std::move(kept_texts));
  }

private:
  std::deque<std::string> texts_;
  std::deque<Pattern> patterns_;
  std::deque<std::vector<std::string_view>> choices_;
};

/// The `type` that a schema declares, and whether the value may be null instead.
struct DeclaredType {
  std::string name; // empty when the schema declares none
  bool is_nullable = false;
};
/// Returns the declared type. Throws SchemaMistake when `type` is an array of anything but one type
/// and "null".
DeclaredType declared_type(const Schema& schema);

/// Returns the help text of a schema, on one line and safe to show: the first paragraph of its
/// description, else its title. Returns an empty string when it has neither, or when the title only
/// repeats `name`.
std::string help_of(const Schema& schema, std::string_view name);

/// Returns the field that the schema of a property declares; the property must not be an object.
/// `name` and `store` must outlive the field. The field is required unless it can be null or has a
/// default. Throws SchemaMistake when the schema is not valid or not supported.
Field read_field(const Schema& schema, std::string_view name, FieldStore& store);

} // namespace metrics_event
