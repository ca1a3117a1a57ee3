#pragma once

#include <string_view>

namespace metrics_event {

/// The version of the project, as CMakeLists.txt states it.
extern const std::string_view version;

} // namespace metrics_event
