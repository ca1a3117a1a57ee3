#pragma once

#include "cli/command.hpp"
#include "event/known_types.hpp"

#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// A shell's completion script.
struct Completion {
  std::string_view shell;
  std::string_view file; // its path below completions/, in the source tree and in Debian
  std::string (*script)(std::span<const Command> commands);
};

/// Returns the scripts for bash, zsh and fish.
std::span<const Completion> completions();

/// Returns the script of a shell. Throws Failure (usage) when the shell has none.
std::string completion_script(std::string_view shell, std::span<const Command> commands);

/// Returns the events for the completion scripts: on each line a name, a tab and its description. A
/// broken event file is ignored.
std::string listed_events(const EventTypes& types);

/// Returns the flags of an event for the completion scripts: on each line the flag, the placeholder
/// of its value, its description and its known values, separated by tabs. Throws Failure: usage for
/// an unknown event, config for a directory that cannot be read.
std::string listed_fields(std::string_view event, const EventTypes& types);

} // namespace metrics_event
