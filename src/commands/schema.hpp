#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Lists the event types, or prints one as JSON Schema; with --logql it prints the queries that
/// read its fields back. Throws Failure (usage) for an unknown event.
void run_schema(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
