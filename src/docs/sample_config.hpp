#pragma once

#include <string>

namespace metrics_event {

/// A configuration file in which every setting is there as a comment: what it means and its
/// default, or an example. `#` before a key stands alone, so that removing it sets the key.
std::string sample_config();

} // namespace metrics_event
