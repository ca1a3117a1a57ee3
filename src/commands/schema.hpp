#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Lists the event types that there are, or prints one as JSON Schema, or with --logql the queries
/// that read its fields back. Throws Failure (usage) for an unknown event.
void run_schema(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
