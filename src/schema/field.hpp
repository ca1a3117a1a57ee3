#pragma once

#include "event/json_rule.hpp"
#include "event/pattern.hpp"
#include "event/type.hpp"
#include "schema/schema_file.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

/// Owns everything that fields refer to. It keeps its address.
class FieldStore {
public:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  const Pattern* keep(Pattern pattern) { return &patterns_.emplace_back(std::move(pattern)); }
  const Field* keep(const Field& field) { return &fields_.emplace_back(field); }
  std::span<const std::string_view> keep(std::vector<std::string_view> kept_texts) {
    return lists_.emplace_back(std::move(kept_texts));
  }
  const JsonRule* keep(std::unique_ptr<const JsonRule> rule) {
    return rules_.emplace_back(std::move(rule)).get();
  }
  std::size_t rules() const { return rules_.size(); }

private:
  std::deque<std::string> texts_;
  std::deque<Pattern> patterns_;
  std::deque<Field> fields_;
  std::deque<std::vector<std::string_view>> lists_;
  std::deque<std::unique_ptr<const JsonRule>> rules_;
};

/// Returns the help text of a schema, on one line and safe to show: the first paragraph of its
/// description, else its title. Returns an empty string when it has neither, or when the title only
/// repeats `name`.
std::string help_of(const Schema& schema, std::string_view name);

/// Returns true when a schema describes values of one type that flags can give: strings, numbers,
/// integers or booleans.
bool is_scalar(const Schema& schema);

/// Returns the field that a scalar schema declares. `name`, `parent` and `store` must outlive the
/// field. Throws SchemaMistake when the schema is not valid.
Field read_scalar(const Schema& schema, std::string_view name, std::string_view parent,
                  FieldStore& store);

/// Sets what any field may have besides its type and limits: its help, examples and default. The
/// field is required unless it can be null or has a default. Throws SchemaMistake when the default
/// is not a valid value.
void describe_field(const Schema& schema, Field& field, FieldStore& store);

} // namespace metrics_event
