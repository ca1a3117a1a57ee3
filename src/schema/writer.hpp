#pragma once

#include "event/type.hpp"

#include <string>

namespace metrics_event {

/// The JSON Schema of an event type, on lines with indentation. `read_event_schema` makes the same
/// type of it.
std::string event_schema(const EventType& type);

} // namespace metrics_event
