#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Delivers, lists or drops the entries in the spool. Each destination gets the settings that apply
/// to its URL. Throws Failure; the result object then holds everything known so far.
void run_flush(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
