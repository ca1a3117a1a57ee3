#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Sends the events of a file or of standard input, one JSON object per line, in pushes of many
/// entries as `flush` does. With --dry-run it prints them instead, and with --disabled it only
/// validates them. Throws Failure; the result object then holds everything known so far.
void run_batch(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
