#pragma once

#include "event_type.hpp"

#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// What `--help` prints about an event (snake_case), a command, or (empty) the whole program.
std::string help(std::string_view topic, std::span<const EventType> events);

} // namespace metrics_event
