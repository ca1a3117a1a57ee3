#pragma once

#include "base/exit_code.hpp"
#include "cli/command.hpp"
#include "event/event.hpp"
#include "event/extra_field.hpp"
#include "event/known_types.hpp"
#include "settings/layers.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// A flag that gives the value of a field.
struct FieldFlag {
  const Field* field;
  std::string text;
  GivenField::Form form = GivenField::Form::text;

  GivenField given() const { return {field, text, form}; }
};

/// The event that a command line describes. Its values are not validated yet.
struct EventArguments {
  const EventType* type = nullptr; // null means no event, or a broken type
  std::vector<FieldFlag> fields{};
  std::vector<ExtraField> extras{};
  bool is_by_key = false; // whether keys may name fields, as after `send`
};

/// Returns the fields that the arguments give; `members` are their extra fields as JSON members.
/// The result refers to both arguments.
boost::system::result<GivenEvent, EventMistake> given_event(const EventArguments& arguments,
                                                            std::span<const Member> members);

/// A parsed command line. The settings are present even when the rest is wrong, because they decide
/// how errors are reported.
struct CommandLine {
  enum class Words { none, help, program_version };

  Words words = Words::none; // text to print instead of running a command
  std::string_view topic{};  // topic of help: an event or a command; empty means the program
  /// The command to run; null when only help or the version is requested. When the subject is
  /// unknown, this is the command that sends events, because its result object is the one to print.
  const Command* command = nullptr;
  CommandOptions options{};
  std::optional<std::string> operand{};
  EventArguments event{};             // used by a command that sends events
  std::vector<std::string> wrapped{}; // COMMAND with its arguments; empty means none
  Layer settings{};
  std::optional<Failure> trouble{};

  /// Returns whether COMMAND is to be run; only a mistake in the command line itself prevents that.
  bool runs_wrapped() const;
};

/// Parses the arguments that follow the program name; `types` and `commands` must outlive the
/// result. Values are not validated. An unknown option or word is never dropped: it is reported in
/// `trouble`.
CommandLine parse_command_line(std::span<const std::string> arguments, const EventTypes& types,
                               std::span<const Command> commands);

} // namespace metrics_event
