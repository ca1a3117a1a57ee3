#pragma once

#include "loki/transport.hpp"
#include "settings/settings.hpp"

#include <functional>
#include <string>

namespace metrics_event {

/// Receives the text of one warning.
using Warn = std::function<void(const std::string& text)>;

/// Builds the route to the receiver that the settings name. It reads the files that they name,
/// waiting for a pipe among them until the deadline, and warns of secrets that their group or
/// others can read. Throws Failure for a file that is missing, unreadable or invalid: noinput when
/// a flag names it, config otherwise.
Route open_route(const Resolved& resolved, Deadline deadline, const Warn& warn);

} // namespace metrics_event
