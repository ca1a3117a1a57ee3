#pragma once

#include "event/type.hpp"

#include <string>
#include <vector>

namespace metrics_event {

/// Returns two command lines that send an event of this type, for its help. Optional fields are
/// left out, and in the second line also those that a COMMAND fills. A field that an environment
/// variable may fill is given, because that variable need not be set. The value of a text without
/// known values comes from a shell variable with the name of the field.
std::vector<std::string> event_examples(const EventType& type);

} // namespace metrics_event
