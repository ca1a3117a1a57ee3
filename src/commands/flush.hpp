#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Delivers, lists or drops the entries in the spool. Each destination gets the settings that apply
/// to its URL. Throws Failure; the result object then holds everything known so far.
void run_flush(const Run& run, RunOutcome& outcome);

/// Renders the result object of a run that failed before the command began.
std::string flush_result(const RunOutcome& outcome);

} // namespace metrics_event
