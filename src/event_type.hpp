#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// What a field's value may be; a number keeps the digits that it was given.
enum class FieldType { string, number, integer, timestamp };

/// The unit of a number, for people.
enum class Unit { none, seconds };

/// One declared field of an event type. The texts must outlive the field.
struct Field {
  /// Snake_case; `a.b` is member b of the nested object a.
  std::string_view name;
  FieldType type = FieldType::string;
  std::string_view help;
  bool required = true;
  Unit unit = Unit::none;
  std::optional<std::int64_t> minimum = std::nullopt;
};

/// A name and its declared fields, in the order of the line. Built-in and declared types alike.
struct EventType {
  std::string_view name; // snake_case
  std::string_view help;
  std::span<const Field> fields;
};

/// The field that every event has; it is not among `EventType::fields`.
extern const Field timestamp_field;

/// `status_info.code` as a flag without dashes: `status-info-code`; `runner_installed` as the
/// command: `runner-installed`.
std::string kebab_case(std::string_view name);

/// What stands for a field's value in help: TEXT, SECONDS, NUMBER, INTEGER, TIME.
std::string_view placeholder(const Field& field);

/// What a field's value must be, in words: "a number of seconds, 0 or more".
std::string describe(const Field& field);

} // namespace metrics_event
