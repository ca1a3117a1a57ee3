#pragma once

#include "cli/command.hpp"
#include "event/known_types.hpp"

#include <span>
#include <string>

namespace metrics_event {

/// Renders the event types for people: one line each, with the name, the origin, and the
/// description or why the file is broken. A type that has the name of a command is marked.
std::string events_to_text(const EventTypes& types, std::span<const Command> commands);

/// Renders the event types as a JSON array of objects with `name`, `origin` (null for built-in
/// types), `help`, `fields` and `error`.
std::string events_to_json(const EventTypes& types);

} // namespace metrics_event
