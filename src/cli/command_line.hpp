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

/// A flag that gives a field.
struct FieldFlag {
  const Field* field;
  std::string text;
  GivenField::Form form = GivenField::Form::text;

  GivenField given() const { return {field, text, form}; }
};

/// The event that a command line describes. Its values are not looked at yet.
struct EventArguments {
  const EventType* type = nullptr; // null: the command line is about none, or its type is broken
  std::vector<FieldFlag> fields{};
  std::vector<ExtraField> extras{};
  bool is_by_key = false; // whether keys may name fields, as behind `send`
};

/// Returns what the arguments give of the event, once their extra fields have become `members`. The
/// result refers to both.
boost::system::result<GivenEvent, EventMistake> given_event(const EventArguments& arguments,
                                                            std::span<const Member> members);

/// What a command line asks for. The settings are there even when the rest is wrong, because they
/// say how to report that.
struct CommandLine {
  enum class Words { none, help, program_version };

  Words words = Words::none; // to print, and nothing else to do
  std::string_view topic{};  // of help: an event, a command, or (empty) the whole
  /// Null when only words are asked for. When the subject is unknown, the one that sends events,
  /// because its result object is the one to print.
  const Command* command = nullptr;
  CommandOptions options{};
  std::optional<std::string> operand{};
  EventArguments event{};             // of a command that sends events
  std::vector<std::string> wrapped{}; // COMMAND with its arguments; empty: none
  Layer settings{};
  std::optional<Failure> trouble{};

  /// Returns whether COMMAND is to be run: only a mistake in the command line itself prevents that.
  bool runs_wrapped() const;
};

/// Parses the arguments that follow the program's name; `types` and `commands` must outlive the
/// result. Values are not looked at. Nothing that is unknown is ever dropped: it is the trouble.
CommandLine parse_command_line(std::span<const std::string> arguments, const EventTypes& types,
                               std::span<const Command> commands);

} // namespace metrics_event
