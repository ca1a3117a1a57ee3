#pragma once

#include "delivery/pusher.hpp"
#include "settings/settings.hpp"

#include <functional>
#include <string>

namespace metrics_event {

/// Receives the text of one warning.
using Warn = std::function<void(const std::string& text)>;

/// Builds the routes to the receiver that the settings name, for pushes and, if the receiver can be
/// asked, for queries. It reads the files that they name,
/// waiting for a pipe among them until the deadline, and warns of secrets that their group or
/// others can read. Throws Failure for a file that is missing, unreadable or invalid: noinput when
/// a flag names it, config otherwise; and when the setting `confirm` is on and there is nowhere to
/// ask.
Routes open_routes(const Resolved& resolved, Deadline deadline, const Warn& warn);

} // namespace metrics_event
