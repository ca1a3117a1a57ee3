#pragma once

#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// An option that only one command has.
struct CommandOption {
  std::string_view name;
  std::string_view placeholder; // of its value
  std::string_view default_text;
  std::string_view help;
};

/// A command that is not an event.
struct CommandType {
  std::string_view name;
  std::string_view help; // one line
  std::string_view details;
  std::span<const CommandOption> options;
};

/// An option of a command as the caller gave it.
struct GivenOption {
  const CommandOption* option;
  std::string text;
};

/// The table of commands besides the events.
std::span<const CommandType> all_commands();

} // namespace metrics_event
