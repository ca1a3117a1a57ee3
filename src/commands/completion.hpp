#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Prints the completion script of a shell, or with --list-events and --list-fields what the
/// scripts ask for: on each line texts with tabs between them. A broken file declares nothing here.
/// Throws Failure: usage for an unknown shell or event, config for a directory that cannot be read.
void run_completion(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
