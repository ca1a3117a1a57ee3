#pragma once

#include "base/environment.hpp"
#include "base/exit_code.hpp"
#include "cli/command.hpp"
#include "event/from_arguments.hpp"
#include "event/known_types.hpp"
#include "settings/layers.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// A parsed command line. The settings are present even when the rest is wrong, because they decide
/// how errors are reported.
struct CommandLine {
  enum class Info { none, short_help, help, program_version };

  Info info = Info::none;   // text to print instead of running a command
  std::string_view topic{}; // topic of help: an event or a command; empty means the program
  /// The command to run; null when only help or the version is requested. When the subject is
  /// unknown, this is the command that sends events, because its result object is the one to print.
  const Command* command = nullptr;
  CommandOptions options{};
  std::optional<std::string> operand{};
  std::vector<std::string> more_operands{}; // that follow the first one
  EventArguments event{};                   // used by a command that sends events
  std::vector<std::string> wrapped{};       // COMMAND with its arguments; empty means none
  Layer settings{};
  std::optional<Failure> trouble{};

  /// Returns whether COMMAND is to be run. A mistake in the command line (`usage`) prevents that,
  /// and so does asking for help or the version. Other trouble, such as a broken declaration of the
  /// event, does not.
  bool runs_wrapped() const;
};

/// Parses the arguments that follow the program name, and reads the variables that fields of their
/// event name; `types` and `commands` must outlive the result. Values are not validated. An unknown
/// option or word is never dropped: it is reported in `trouble`.
CommandLine parse_command_line(std::span<const std::string> arguments, const EventTypes& types,
                               std::span<const Command> commands, const Environment& environment);

} // namespace metrics_event
