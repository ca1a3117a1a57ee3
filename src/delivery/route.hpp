#pragma once

#include "loki/transport.hpp"
#include "settings/settings.hpp"

#include <functional>
#include <string>

namespace metrics_event {

/// Takes one warning.
using Warn = std::function<void(const std::string& text)>;

/// Finds the way to the receiver that the settings name. Reads the files that they name and warns
/// of secrets that others can read; a pipe among them is waited for until the deadline. Throws
/// Failure for a file that is missing, unreadable or not what it should be: noinput when a flag
/// names it, config otherwise.
Route open_route(const Resolved& resolved, Deadline deadline, const Warn& warn);

} // namespace metrics_event
