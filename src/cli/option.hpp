#pragma once

#include "cli/command.hpp"
#include "event/given.hpp"
#include "event/type.hpp"
#include "settings/table.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace metrics_event {

/// An option that prints a text, such as help, and takes no value.
struct InfoOption {
  std::string_view name;
  char short_flag;
  std::string_view help;
};

inline constexpr InfoOption help_option{"help", 'h', "show help; -h alone is shorter"};
inline constexpr InfoOption version_option{"version", 'V', "show the version"};

/// The option of a field. It gives either the value, or the time since which the value has lasted.
struct FieldOption {
  const Field* field;
  GivenField::Form form;
};

/// An option in the form that the parser and the completions share, whichever table its row is in.
struct Option {
  enum class Value { none, optional, required };

  std::string name; // without dashes
  char short_flag = '\0';
  Value value = Value::none; // an optional one needs an equals sign
  std::string_view placeholder{};
  ValueKind value_kind = ValueKind::text;
  std::string_view help{};
  std::span<const std::string_view> choices{}; // that completion offers
  std::variant<const InfoOption*, const Setting*, const CommandOption*, FieldOption> row;
  const Command* owner = nullptr; // the only command that has it; null means several
  bool is_named = false;          // whether an argument names it
  bool is_spelled_out = false;    // whether an argument does so by its name, not by its letter

  /// Returns the setting whose flag this is; null when it is not the flag of a setting.
  const Setting* setting() const;

  /// Returns the field that the option gives a value; null when it is not the option of a field.
  const Field* field() const;

  /// Returns whether the option applies to a command, or to an event when `command` is null.
  bool is_of(const Command* command) const;
};

/// Returns the values of a field that completion offers: all its choices, or else examples.
std::span<const std::string_view> values_to_offer(const Field& field);

/// Returns the options of every command line: the settings that have a flag, in table order, then
/// help and version.
std::vector<Option> common_options();

/// Appends the options that only this command has.
void add_options(std::vector<Option>& options, const Command& command);

/// Appends the flags of an event: its timestamp, then its fields that have flags, in table order.
void add_options(std::vector<Option>& options, const EventType& type);

} // namespace metrics_event
