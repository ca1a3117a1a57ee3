#pragma once

#include "cli/command.hpp"

#include <span>

namespace metrics_event {

/// The table of commands besides the events, in the order in which help shows them. Adding a
/// command is one row, and its `run` in a file of its name in this folder.
std::span<const Command> all_commands();

} // namespace metrics_event
