#pragma once

#include "command.hpp"
#include "event.hpp"
#include "event_type.hpp"
#include "exit_code.hpp"
#include "settings.hpp"

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace metrics_event {

/// Send one event.
struct SendEvent {
  const EventType* type;
  std::vector<GivenField> fields;
};

/// Run a command of `all_commands`.
struct RunCommand {
  const CommandType* type;
  std::vector<GivenOption> options;
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
  std::variant<ShowHelp, ShowVersion, SendEvent, RunCommand> command;
  std::optional<Failure> trouble;
};

/// Understands the arguments that follow the program's name. Values are not looked at; nothing that
/// is unknown is ever dropped: it is the trouble.
CommandLine parse_command_line(std::span<const std::string> arguments,
                               std::span<const EventType> events);

} // namespace metrics_event
