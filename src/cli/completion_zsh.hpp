#pragma once

#include "event/type.hpp"

#include <span>
#include <string>

namespace metrics_event {

/// The completion script of zsh.
std::string zsh_completion(std::span<const EventType> built_in);

} // namespace metrics_event
