#pragma once

#include "event/known_types.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// What `--help` prints about an event (snake_case), a command, or (empty) the whole program.
std::string help(std::string_view topic, const EventTypes& types);

} // namespace metrics_event
