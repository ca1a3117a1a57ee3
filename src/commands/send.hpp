#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Sends one event, or does what --dry-run and --disabled do instead. After a COMMAND it does so
/// only if COMMAND ended as `on` asks for. Throws Failure; the result then holds all that was
/// known.
void run_send(const Run& run, RunOutcome& outcome);

/// Renders the result object of a run that has failed before it began.
std::string send_result(const RunOutcome& outcome);

} // namespace metrics_event
