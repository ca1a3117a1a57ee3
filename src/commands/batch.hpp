#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Sends the events of a file or of standard input, a line of JSON each, as flush sends what waits;
/// or does what --dry-run and --disabled do instead. Throws Failure; the result then holds all that
/// was known.
void run_batch(const Run& run, RunOutcome& outcome);

/// Renders the result object of a run that has failed before it began.
std::string batch_result(const RunOutcome& outcome);

} // namespace metrics_event
