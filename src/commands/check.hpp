#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Tests each step of a delivery. By default it sends an empty push to see how the receiver
/// answers, and it sends a real event only with --send. Throws the Failure that an event would
/// meet; the result then holds all findings. Findings also report METRICS_EVENT_ variables that
/// match no setting, and each event that a file declares.
void run_check(const Run& run, RunOutcome& outcome);

/// Renders the result object of a run that failed before the command began.
std::string check_result(const RunOutcome& outcome);

} // namespace metrics_event
