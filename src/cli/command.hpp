#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// An option that only one command has.
struct CommandOption {
  std::string_view name;
  std::string_view placeholder; // of its value; empty: it takes none
  std::string_view default_text;
  std::string_view help;
  char short_flag = '\0'; // '\0': none
  bool replaces_operand = false;
};

/// A command that is not an event.
struct CommandType {
  std::string_view name;
  std::string_view help; // one line
  std::string_view details;
  std::span<const CommandOption> options;
  /// The names of those that it heeds, others are refused; empty: all.
  std::span<const std::string_view> settings;
  std::string_view operand{}; // a word that it takes, as a synopsis shows it; empty: none

  bool needs_operand() const { return !operand.empty() && !operand.starts_with('['); }
};

/// An option of a command as the caller gave it.
struct GivenOption {
  const CommandOption* option;
  std::string text;
};

/// An option that is answered with words and takes no value.
struct WordsOption {
  std::string_view name;
  char short_flag;
  std::string_view help;
};

inline constexpr WordsOption help_option{"help", 'h', "help, also about one event or command"};
inline constexpr WordsOption version_option{"version", 'V', "the version"};

/// The text of every option of a command by its name: as given, else its default, else empty.
std::map<std::string_view, std::string> option_texts(const CommandType& command,
                                                     std::span<const GivenOption> given);

/// Whether a setting, by its name, means something to a command.
bool heeds(const CommandType& command, std::string_view setting);

/// The table of commands besides the events.
std::span<const CommandType> all_commands();

/// The command of this name, or null.
const CommandType* find_command(std::string_view name);

} // namespace metrics_event
