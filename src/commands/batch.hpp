#pragma once

#include "cli/command_line.hpp"
#include "commands/batch_report.hpp"
#include "commands/context.hpp"
#include "event/known_types.hpp"
#include "settings/settings.hpp"

namespace metrics_event {

/// Sends the events of a file or of standard input, a line of JSON each, as flush sends what waits;
/// or does what --dry-run and --disabled do instead. Fills the report as it goes, so that a
/// failure, which is thrown, is reported with all that was known.
void batch(const RunCommand& command, const EventTypes& types, const Resolved& resolved,
           const Context& context, BatchReport& report);

} // namespace metrics_event
