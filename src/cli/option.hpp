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

/// An option that is answered with words and takes no value.
struct WordsOption {
  std::string_view name;
  char short_flag;
  std::string_view help;
};

inline constexpr WordsOption help_option{"help", 'h', "help, also about one event or command"};
inline constexpr WordsOption version_option{"version", 'V', "the version"};

/// The option of a field: by its value, or by the time since which the value has lasted.
struct FieldOption {
  const Field* field;
  GivenField::Form form;
};

/// An option as the parser and the completions see it, whichever table its row stands in.
struct Option {
  enum class Value { none, optional, required };

  std::string name; // without dashes
  char short_flag = '\0';
  Value value = Value::none; // an optional one has to stand behind an equals sign
  std::string_view placeholder{};
  ValueKind value_kind = ValueKind::text;
  std::string_view help{};
  std::span<const std::string_view> choices{};
  std::variant<const WordsOption*, const Setting*, const CommandOption*, FieldOption> row;
  const Command* owner = nullptr; // the only command that has it; null: several have
  bool is_named = false;          // whether an argument gives it

  /// Returns the setting whose flag the option is; null when it is none.
  const Setting* setting() const;

  /// Returns whether the option means something to a command, or (null) to an event.
  bool is_of(const Command* command) const;
};

/// Returns the options of every command line: the settings that have a flag, in the order of their
/// table, help and version.
std::vector<Option> common_options();

/// Appends the options of a command alone.
void add_options(std::vector<Option>& options, const Command& command);

/// Appends the flags of an event: its timestamp, then its fields in their order.
void add_options(std::vector<Option>& options, const EventType& type);

} // namespace metrics_event
