#pragma once

#include <string>

namespace metrics_event {

/// Returns a configuration file that holds every setting as a comment: its description, and its
/// default or an example. Each `#` stands directly before its key, so that removing it sets the
/// key.
std::string sample_config();

} // namespace metrics_event
