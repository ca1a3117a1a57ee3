#pragma once

#include "delivery/event_counts.hpp"
#include "json/writer.hpp"

#include <string>
#include <vector>

namespace metrics_event {

/// Returns the counts of a batch as text, such as `delivered 12, spooled 0, refused 1, invalid 2`.
std::string counts(const EventCounts& counts);

/// Adds the members `delivered`, `spooled`, `refused`, `invalid`, `repeated` and `confirmed`, which
/// every result object of sent events has.
JsonObject& add_counts(JsonObject& object, const EventCounts& counts);

/// Returns a warning if events may be stored twice, and another one if some could not be confirmed.
std::vector<std::string> warnings_about(const EventCounts& counts);

} // namespace metrics_event
