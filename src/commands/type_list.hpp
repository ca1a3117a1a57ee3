#pragma once

#include "event/known_types.hpp"

#include <string>

namespace metrics_event {

/// The event types for people: a line each, with its name, where it is declared, and what it says,
/// or why its file is broken.
std::string events_to_text(const EventTypes& types);

/// The same as a JSON array of `name`, `origin` (null: built in), `help`, `fields` and `error`.
std::string events_to_json(const EventTypes& types);

} // namespace metrics_event
