#pragma once

#include "event/type.hpp"

#include <span>
#include <string>

namespace metrics_event {

/// The completion script of bash.
std::string bash_completion(std::span<const EventType> built_in);

} // namespace metrics_event
