#pragma once

#include <string>
#include <utility>

namespace metrics_event::testing {

/// The program under test, by its absolute path.
inline const std::string program = METRICS_EVENT_PROGRAM;

/// The same program built without sanitizers: for its system calls, or many starts of it.
inline const std::string plain_program = METRICS_EVENT_PLAIN_PROGRAM;

/// A variable for tests that are about a single attempt.
inline const std::pair<const std::string, std::string> one_attempt{"METRICS_EVENT_RETRIES", "0"};

/// The root of the source tree.
inline const std::string source_directory = METRICS_EVENT_SOURCE_DIRECTORY;

} // namespace metrics_event::testing
