#pragma once

#include "event_type.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// A shell's completion script.
struct Completion {
  std::string_view shell;
  std::string_view file; // where the tree and Debian keep it, below completions/
  std::string (*script)(std::span<const EventType> events);
};

/// The scripts for bash, zsh and fish; each stands alone and never runs the program.
std::span<const Completion> completions();

} // namespace metrics_event
