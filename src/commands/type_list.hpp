#pragma once

#include "cli/command.hpp"
#include "event/known_types.hpp"

#include <span>
#include <string>

namespace metrics_event {

/// Renders the event types for people: a line each, with its name, where it is declared, and what
/// it says, or why its file is broken. One that has the name of a command is marked.
std::string events_to_text(const EventTypes& types, std::span<const Command> commands);

/// The same as a JSON array of `name`, `origin` (null: built in), `help`, `fields` and `error`.
std::string events_to_json(const EventTypes& types);

} // namespace metrics_event
