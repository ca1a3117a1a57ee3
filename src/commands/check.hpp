#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Goes the way of an event as far as it leads, without sending one unless that is asked for: an
/// empty push finds out what would be answered. Throws the Failure that an event would meet; the
/// result then holds all that was found. A variable that looks like ours and is no setting's is a
/// finding, and so is each event that a file declares.
void run_check(const Run& run, RunOutcome& outcome);

/// Renders the result object of a run that has failed before it began.
std::string check_result(const RunOutcome& outcome);

} // namespace metrics_event
