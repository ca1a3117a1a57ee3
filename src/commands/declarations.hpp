#pragma once

#include "event/known_types.hpp"
#include "settings/places.hpp"

#include <span>
#include <vector>

namespace metrics_event {

/// The event types that there are: the built-in ones, and those that files `NAME.json` of
/// directories declare, NAME being the name of the event in any of its spellings. The directory
/// that counts least comes first. What two files of one directory declare is trouble of the second.
/// A directory that cannot be read is, when the types are asked for, a Failure: noinput when a flag
/// names it, config when it is named otherwise or closed to us, else tempfail.
EventTypes known_types(std::span<const EventType> built_in, std::vector<ConfigPlace> directories);

} // namespace metrics_event
