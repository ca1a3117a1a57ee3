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
  std::string_view file; // where the tree and Debian keep it, below completions/
  std::string (*script)(std::span<const Command> commands);
};

/// Returns the scripts for bash, zsh and fish.
std::span<const Completion> completions();

/// Returns the script of a shell. Throws Failure (usage) when there is none.
std::string completion_script(std::string_view shell, std::span<const Command> commands);

/// Returns what the scripts ask for: on each line an event, a tab, and what it says. A broken file
/// declares nothing here.
std::string listed_events(const EventTypes& types);

/// Returns what the scripts ask for: on each line a flag of an event, what stands for its value,
/// what it says, and each of its values where they are known, with tabs between them. Throws
/// Failure: usage for an unknown event, config for a directory that cannot be read.
std::string listed_fields(std::string_view event, const EventTypes& types);

} // namespace metrics_event
