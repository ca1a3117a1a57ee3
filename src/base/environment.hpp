#pragma once

#include <functional>
#include <optional>
#include <string>

namespace metrics_event {

/// A function that returns the value of an environment variable, or nullopt when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

} // namespace metrics_event
