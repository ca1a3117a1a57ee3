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
#include <variant>
#include <vector>

namespace metrics_event {

/// Send one event, of which the values are not looked at yet.
struct SendEvent {
  const EventType* type; // null when what declares it is the trouble
  std::vector<GivenField> fields{};
  std::vector<ExtraField> extras{};
  bool is_by_key = false;             // `send`: keys may name fields
  std::vector<std::string> wrapped{}; // COMMAND with its arguments; empty: none
};

/// What it gives of the event, once the extra fields have become `members`.
GivenEvent given_event(const SendEvent& command, const Members& members);

/// Run a command of `all_commands`.
struct RunCommand {
  const CommandType* type;
  std::vector<GivenOption> options;
  std::optional<std::string> operand{};
};

/// Print help about an event, a command, or (empty) the whole.
struct ShowHelp {
  std::string_view topic;
};

/// Print the version.
struct ShowVersion {};

/// What a command line asks for. The settings are there even when the rest is wrong, because they
/// say how to report that.
struct CommandLine {
  Layer settings;
  std::vector<std::string> wrapped; // COMMAND, which runs whatever trouble there is but usage
  std::variant<ShowHelp, ShowVersion, SendEvent, RunCommand> command;
  std::optional<Failure> trouble;
};

/// Understands the arguments that follow the program's name; the types must outlive it. Values are
/// not looked at; nothing that is unknown is ever dropped: it is the trouble.
CommandLine parse_command_line(std::span<const std::string> arguments, const EventTypes& types);

} // namespace metrics_event
