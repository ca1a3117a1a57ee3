#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Prints the completion script of a shell; with --word, it prints what the script offers. Only the
/// built-in events are offered when the declared ones cannot be read. Throws Failure (usage) for an
/// unknown shell.
void run_completion(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
