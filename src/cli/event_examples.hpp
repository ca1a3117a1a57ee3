#pragma once

#include "event/type.hpp"

#include <string>
#include <vector>

namespace metrics_event {

/// Returns two command lines that send an event of this type, for its help. Fields that may be left
/// out are left out, and so are those that a variable or a COMMAND fills. A text of any value is
/// taken from a variable of the shell, which has the name of the field.
std::vector<std::string> event_examples(const EventType& type);

} // namespace metrics_event
