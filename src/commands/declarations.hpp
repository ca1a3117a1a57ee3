#pragma once

#include "event/known_types.hpp"
#include "settings/places.hpp"

#include <span>
#include <vector>

namespace metrics_event {

/// Returns all event types: the built-in ones and those declared by files `NAME.json` in
/// `directories`, where NAME is the event name in any of its spellings. A later directory takes
/// precedence over an earlier one. When two files of one directory declare the same event, the
/// second one is reported as broken. A directory that cannot be read causes a Failure when the
/// types are looked up: noinput when a flag names it; config when it comes from elsewhere but was
/// named explicitly, or when its permissions deny access; otherwise tempfail.
EventTypes known_types(std::span<const EventType> built_in, std::vector<ConfigPlace> directories);

} // namespace metrics_event
