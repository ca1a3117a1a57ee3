#pragma once

#include "event/type.hpp"

#include <string>

namespace metrics_event {

/// Returns the JSON Schema of a field, on one line.
std::string field_schema(const Field& field);

/// Returns the JSON Schema of an event type, indented over several lines. `read_event_schema` reads
/// it back as an equal type.
std::string event_schema(const EventType& type);

} // namespace metrics_event
