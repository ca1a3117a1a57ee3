#pragma once

#include "cli/command.hpp"

#include <span>

namespace metrics_event {

/// Returns the commands in the order in which help shows them. A new command needs one row in this
/// table, and its `run` in a file named after it in this folder.
std::span<const Command> all_commands();

} // namespace metrics_event
