#pragma once

#include "cli/command.hpp"
#include "event/known_types.hpp"

#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// Returns the text of `--help` about an event (snake_case) or a command; an empty topic means the
/// whole program.
std::string help(std::string_view topic, const EventTypes& types,
                 std::span<const Command> commands);

} // namespace metrics_event
