#pragma once

#include <string>

namespace metrics_event::testing {

/// The program under test, by its absolute path.
inline const std::string program = METRICS_EVENT_PROGRAM;

/// The root of the source tree.
inline const std::string source_directory = METRICS_EVENT_SOURCE_DIRECTORY;

} // namespace metrics_event::testing
