#pragma once

#include <string_view>

namespace metrics_event {

/// The version of metrics-event, which the project() line of CMakeLists.txt states.
extern const std::string_view version;

} // namespace metrics_event
