#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

class JsonRule;
class Pattern;

/// The type of a field's value. A number keeps the digits that were given. What no other type
/// describes, such as a list, a map or a union, is `json`: any JSON value that a rule accepts.
enum class FieldType { string, number, integer, boolean, timestamp, json };

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

/// A declared field of an event type. Everything that it refers to must outlive the field. A bound
/// is a plain number, as `plain_number` returns it; empty means no bound.
struct Field {
  /// The name of the member in the line. A member of a nested object has the names of both, with a
  /// dot between them: `a.b` is the member b of the object a.
  std::string_view name;
  std::string_view parent{}; // the nested object; empty when the field is at the top level
  FieldType type = FieldType::string;
  std::string_view help{};
  std::string_view format{};       // of a text, such as uuid; help says it, nothing checks it
  bool has_flag = true;            // otherwise only KEY=VALUE gives it
  bool required = true;            // for `a.b`: whenever the event has an a
  bool in_optional_object = false; // for `a.b`: the object a may be left out
  Unit unit = Unit::none;
  Measured measured = Measured::nothing;
  std::string_view variable{}; // the environment variable that fills it on a command line
  std::string_view minimum{};
  std::string_view maximum{};
  std::string_view exclusive_minimum{};
  std::string_view exclusive_maximum{};
  std::string_view multiple_of{};
  std::optional<std::size_t> min_length{}; // in characters, like max_length
  std::optional<std::size_t> max_length{};
  const Pattern* pattern = nullptr;             // a text must match it; null: any text
  std::span<const std::string_view> choices{};  // as flags take them; empty: any value
  std::span<const std::string_view> examples{}; // as flags take them, or JSON texts for `json`
  std::string_view default_value{};             // as JSON text; empty: no default
  const JsonRule* rule = nullptr;               // for the type `json`
  std::string_view schema{};                    // the rule as a JSON Schema
  const Field* item = nullptr; // what a list of scalars consists of; its flag gives one item

  /// Returns true when every event of the type has the field.
  bool always() const { return required && !in_optional_object; }

  /// Returns true when KEY=VALUE gives the field on every command line, and not only after `send`.
  bool takes_key() const { return !has_flag || type == FieldType::json; }
};

/// An event type, built in or declared in a file: its name and its fields, in the order in which a
/// line has them.
struct EventType {
  std::string_view name; // snake_case
  std::string_view help{};
  std::span<const Field> fields{};
  bool takes_extras = true;         // undeclared members may be added
  std::string_view origin{};        // the file that declares it; empty for a built-in type
  const Field* extras = nullptr;    // what each undeclared member must be; null: any JSON
  const Field* timestamp = nullptr; // what the timestamp must be; null: any time

  /// Returns true when timestamps have no fraction of a second.
  bool has_whole_timestamps() const {
    return timestamp != nullptr && timestamp->type == FieldType::integer;
  }
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

/// Returns the name of a field without that of the nested object.
std::string_view member_name(const Field& field);

/// Returns true for a field in seconds. It can also be given as the time from which the seconds are
/// counted, by the flag that `since_flag` names.
bool has_since(const Field& field);

/// Returns the flag that gives a field as a start time, without dashes: `duration-since` for the
/// field `duration`.
std::string since_flag(const Field& field);

/// Returns the placeholder for a field's value in help texts: TEXT, SECONDS, NUMBER, INTEGER, TIME,
/// JSON, true|false, or the choices when their list is short.
std::string placeholder(const Field& field);

/// Returns the key of a field as an argument has it, with its separator: `version=`, or `a[b]:=`
/// for a field that takes JSON. Backslashes escape the characters that have a meaning in a key.
std::string key_spelling(const Field& field);

/// Returns the words of help about the variable that fills a field: `also from GITHUB_REPOSITORY`,
/// as the help of a setting has it. The result is empty when there is none.
std::string variable_note(const Field& field);

/// Returns a field as an argument gives it: `--duration SECONDS`, `version=TEXT` or `tags:=JSON`.
std::string usage_of(const Field& field);

/// Describes the valid values of a field in words: "a plain number of seconds, 0 or more".
std::string describe(const Field& field);

} // namespace metrics_event
