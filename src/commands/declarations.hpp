#pragma once

#include "event/known_types.hpp"
#include "settings/places.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The files `NAME.json` of directories that declare event types, NAME being an event's name in any
/// of its spellings, or those of the event `name` alone; other files are passed over. What two
/// files of one directory declare is trouble of the second. Throws Failure for a directory that
/// cannot be read: noinput when a flag names it, config when it is named otherwise or closed to us,
/// else tempfail.
std::vector<EventFile> find_event_files(const std::vector<EventDirectory>& directories,
                                        std::optional<std::string_view> name = {});

} // namespace metrics_event
