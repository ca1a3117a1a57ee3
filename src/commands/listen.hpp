#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Runs the test receiver: prints its URL on stderr, answers pushes, and prints each accepted entry
/// on stdout before it answers. Returns after SIGINT or SIGTERM, after `--count` entries, or when
/// `--timeout` expires and no count was given. Throws Failure: usage when the address is not an IP
/// literal, unavailable when the address cannot be listened on, ioerr when stdout fails, tempfail
/// when the time expires before the count is reached.
void run_listen(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
