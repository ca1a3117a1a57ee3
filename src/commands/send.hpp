#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Sends one event; with --dry-run it prints the push instead, and with --disabled it only
/// validates the event. After COMMAND it does nothing unless COMMAND ended as the setting `on`
/// requires. Throws Failure; the result object then holds everything known so far.
void run_send(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
