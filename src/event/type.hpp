#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

class Pattern;

/// The type of a field's value. A number keeps the digits that were given.
enum class FieldType { string, number, integer, boolean, timestamp };

/// The unit of a number, which help texts and messages show; a field in seconds also has a flag
/// `--NAME-since`.
enum class Unit { none, seconds };

/// The measurement of a COMMAND that fills a field, unless the caller gives the field.
enum class Measured {
  nothing,
  duration,  // how long COMMAND ran, in seconds
  exit_code, // its exit status, 128+n when signal n ended it
  status,    // "normal" when the exit status is 0, otherwise "abnormal"
};

/// A declared field of an event type. The texts and the pattern must outlive the field. A bound is
/// a plain number, as `plain_number` returns it; empty means no bound.
struct Field {
  /// The name in snake_case. `a.b` is the member b of the nested object a.
  std::string_view name;
  FieldType type = FieldType::string;
  std::string_view help{};
  bool required = true;            // for `a.b`: whenever the event has an a
  bool in_optional_object = false; // for `a.b`: the object a may be left out
  Unit unit = Unit::none;
  Measured measured = Measured::nothing;
  std::string_view minimum{};
  std::string_view maximum{};
  std::string_view exclusive_minimum{};
  std::string_view exclusive_maximum{};
  std::optional<std::size_t> min_length{}; // in characters, like max_length
  std::optional<std::size_t> max_length{};
  const Pattern* pattern = nullptr;            // a text must match it; null: any text
  std::span<const std::string_view> choices{}; // as flags take them; empty: any value
  std::string_view default_value{};            // as JSON text; empty: no default

  /// Returns true when every event of the type has the field.
  bool always() const { return required && !in_optional_object; }
};

/// An event type, built in or declared in a file: its name and its fields, in the order in which a
/// line has them.
struct EventType {
  std::string_view name; // snake_case
  std::string_view help{};
  std::span<const Field> fields{};
  bool takes_extras = true;  // undeclared members may be added
  std::string_view origin{}; // the file that declares it; empty for a built-in type
};

/// The timestamp, which every event has. It is not an element of `EventType::fields`.
extern const Field timestamp_field;

/// Returns a name in kebab-case, as the command line has it: the field `status_info.code` becomes
/// `status-info-code`, and the event `runner_installed` becomes `runner-installed`.
std::string kebab_case(std::string_view name);

/// Converts the name of an event from snake_case, kebab-case or CamelCase to snake_case. CamelCase
/// is converted as the Python classes of the runner operator do it: `RunnerInstalled` becomes
/// `runner_installed`, and `HTTPError` becomes `h_t_t_p_error`. Returns nullopt when the result
/// does not match `[a-z][a-z0-9_]*`.
std::optional<std::string> event_name(std::string_view spelling);

/// Returns the name of the nested object that a field is a member of, or nothing when the field is
/// at the top level.
std::string_view parent_of(std::string_view name);

/// Returns true for a field in seconds. It can also be given as the time from which the seconds are
/// counted, by the flag that `since_flag` names.
bool has_since(const Field& field);

/// Returns the flag that gives a field as a start time, without dashes: `duration-since` for the
/// field `duration`.
std::string since_flag(const Field& field);

/// Returns the placeholder for a field's value in help texts: TEXT, SECONDS, NUMBER, INTEGER, TIME,
/// true|false, or the choices when their list is short.
std::string placeholder(const Field& field);

/// Describes the valid values of a field in words: "a plain number of seconds, 0 or more".
std::string describe(const Field& field);

} // namespace metrics_event
