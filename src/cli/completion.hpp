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
  /// Holds the built-in events, for when the program does not answer.
  std::string (*script)(std::span<const EventType> built_in);
};

/// The scripts for bash, zsh and fish.
std::span<const Completion> completions();

/// The script of a shell. Throws Failure (usage) when there is none.
std::string completion_script(std::string_view shell, std::span<const EventType> built_in);

/// What the scripts ask for with the options of `completion`. A broken file declares nothing here.
/// Throws Failure: usage for an unknown event, config for a directory that cannot be read.
std::string completion_list(std::span<const GivenOption> asked, const EventTypes& types);

} // namespace metrics_event
