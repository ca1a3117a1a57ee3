#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Delivers what waits in the spool, or lists or drops it. Each destination gets the settings that
/// go with its URL. Throws Failure; the result then holds all that was known.
void run_flush(const Run& run, RunOutcome& outcome);

/// Renders the result of a run that has failed before it began.
std::string flush_result(const RunOutcome& outcome);

} // namespace metrics_event
