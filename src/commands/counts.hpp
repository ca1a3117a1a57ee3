#pragma once

#include "delivery/event_counts.hpp"
#include "json/writer.hpp"

#include <string>
#include <vector>

namespace metrics_event {

/// Returns the counts of a batch as text, such as `delivered 12, spooled 0, refused 1, invalid 2`.
std::string counts(const EventCounts& events);

/// Adds the members `delivered`, `spooled`, `refused`, `invalid`, `repeated` and `confirmed`, which
/// every result object of sent events has.
JsonObject& add_counts(JsonObject& object, const EventCounts& events);

/// Returns a warning if events may be stored twice, one if some could not be confirmed, and one if
/// some are so old that they need a stream of their own.
std::vector<std::string> warnings_about(const EventCounts& events);

} // namespace metrics_event
