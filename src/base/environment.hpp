#pragma once

#include <functional>
#include <optional>
#include <string>

namespace metrics_event {

/// Gives the text of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

} // namespace metrics_event
