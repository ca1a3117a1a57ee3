#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Prints the completion script of a shell; with --list-events or --list-fields it prints the data
/// that the scripts ask for, in tab-separated lines. A broken event file is ignored. Throws
/// Failure: usage for an unknown shell or event, config for a directory that cannot be read.
void run_completion(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
