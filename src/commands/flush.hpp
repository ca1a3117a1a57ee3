#pragma once

#include "commands/flush_options.hpp"
#include "commands/flush_report.hpp"
#include "commands/send.hpp"
#include "settings/layers.hpp"

#include <vector>

namespace metrics_event {

/// Delivers what waits in the spool, or lists or drops it, which prints. `layers` are what
/// `resolved` was made of: each destination gets the settings that go with its URL. Fills the
/// report as it goes, so that a failure, which is thrown, is reported with all that was known.
void flush(const FlushOptions& options, const std::vector<Layer>& layers, const Resolved& resolved,
           const Means& means, FlushReport& report);

} // namespace metrics_event
