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

/// The types of fields by the names that `type` has for them.
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

/// The measured values by the names that `x-measured` has for them, and the types of fields that
/// can have them.
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

/// Owns what fields refer to; nothing in it moves.
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

/// The `type` of a schema, and whether its value may be null instead.
struct DeclaredType {
  std::string name; // empty: the schema has none
  bool is_nullable = false;
};
DeclaredType declared_type(const Schema& schema);

/// What a schema says of itself to people, on one line and safe to show: the first paragraph of its
/// description, else its title, unless that is only the name; empty: nothing.
std::string help_of(const Schema& schema, std::string_view name);

/// The field that the schema of a property declares, which is no object; `name` and what the store
/// keeps must outlive it. It is required unless it can be null or has a default. Throws
/// SchemaMistake.
Field read_field(const Schema& schema, std::string_view name, FieldStore& store);

} // namespace metrics_event
