#include "base/version.hpp"

namespace metrics_event {

constinit const std::string_view version = METRICS_EVENT_VERSION;
constinit const std::string_view libraries = METRICS_EVENT_LIBRARIES;

} // namespace metrics_event
