#include "base/version.hpp"

namespace metrics_event {

constinit const std::string_view version = METRICS_EVENT_VERSION;

} // namespace metrics_event
