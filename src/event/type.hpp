#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

class Pattern;

/// What a field's value may be; a number keeps the digits that it was given.
enum class FieldType { string, number, integer, boolean, timestamp };

/// The unit of a number, for people.
enum class Unit { none, seconds };

/// What a field gets from a COMMAND that is run, unless the caller gives it.
enum class Measured {
  nothing,
  duration,  // how long it ran, in seconds
  exit_code, // its exit status, 128+n when signal n ended it
  status,    // normal when that is 0, else abnormal
};

/// One declared field of an event type. The texts, and the pattern, must outlive the field. A bound
/// is a plain number, an empty one is none.
struct Field {
  /// Snake_case; `a.b` is member b of the nested object a.
  std::string_view name;
  FieldType type = FieldType::string;
  std::string_view help{};
  bool required = true;            // `a.b`: as soon as there is an a
  bool in_optional_object = false; // whether the a of `a.b` may be left out
  Unit unit = Unit::none;
  Measured measured = Measured::nothing;
  std::string_view minimum{};
  std::string_view maximum{};
  std::string_view exclusive_minimum{};
  std::string_view exclusive_maximum{};
  std::optional<std::size_t> min_length{}; // in characters
  std::optional<std::size_t> max_length{};
  const Pattern* pattern = nullptr;            // that a text must match somewhere
  std::span<const std::string_view> choices{}; // as flags take them; empty: anything
  std::string_view default_value{};            // JSON text; empty: none

  /// Whether every event has it.
  bool always() const { return required && !in_optional_object; }
};

/// A name and its declared fields, in the order of the line. Built-in and declared types alike.
struct EventType {
  std::string_view name; // snake_case
  std::string_view help{};
  std::span<const Field> fields{};
  bool takes_extras = true;  // whether other members may be added
  std::string_view origin{}; // the file that declares it; empty: built in
};

/// The field that every event has; it is not among `EventType::fields`.
extern const Field timestamp_field;

/// `status_info.code` as a flag without dashes: `status-info-code`; `runner_installed` as the
/// command: `runner-installed`.
std::string kebab_case(std::string_view name);

/// The name of an event in snake_case, by its spelling in snake_case, kebab-case or, by the rule of
/// the operator's classes, CamelCase: `RunnerInstalled` is `runner_installed`, `HTTPError`
/// `h_t_t_p_error`. Nothing when it is no name, `[a-z][a-z0-9_]*`.
std::optional<std::string> event_name(std::string_view spelling);

/// The nested object that a field is a member of; empty: none.
std::string_view parent_of(std::string_view name);

/// Whether a field can also be given by how long ago a time is, with the flag that `since_flag`
/// names: one in seconds can.
bool has_since(const Field& field);

/// `duration-since` for `duration`.
std::string since_flag(const Field& field);

/// What stands for a field's value in help: TEXT, SECONDS, NUMBER, INTEGER, TIME, true|false, or
/// the choices.
std::string placeholder(const Field& field);

/// What a field's value must be, in words: "a number of seconds, 0 or more".
std::string describe(const Field& field);

} // namespace metrics_event
