#pragma once

#include "commands/listen_options.hpp"
#include "commands/run.hpp"
#include "system/console.hpp"

namespace metrics_event {

/// Runs the test receiver with the options of the command line. Throws Failure.
void run_listen(const Run& run, RunOutcome& outcome);

/// Runs the test receiver: prints its URL on stderr, answers pushes, and prints each accepted entry
/// on stdout before it answers. Returns after SIGINT or SIGTERM, after `count` entries, or when
/// `timeout` expires and no count was given. Throws Failure: usage when the address is not an IP
/// literal, unavailable when the address cannot be listened on, ioerr when stdout fails, tempfail
/// when `timeout` expires before the count is reached.
void listen(const ListenOptions& options, const Console& console);

} // namespace metrics_event
