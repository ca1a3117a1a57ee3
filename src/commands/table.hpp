#pragma once

#include "cli/command.hpp"

#include <span>

namespace metrics_event {

/// Returns the commands in the order in which help shows them. A new command needs one row in this
/// table, its `run` in a file named after it in this folder, and that file in the list of the room
/// in CMakeLists.txt.
std::span<const Command> all_commands();

} // namespace metrics_event
