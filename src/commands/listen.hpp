#pragma once

#include "commands/listen_options.hpp"
#include "commands/run.hpp"
#include "system/console.hpp"

namespace metrics_event {

/// Runs the receiver for trying things out, by the options of the command line.
void run_listen(const Run& run, RunOutcome& outcome);

/// Runs that receiver: says on stderr where it listens, answers pushes, prints
/// each accepted entry on stdout before it is answered. Returns after SIGINT or SIGTERM, after
/// `count` entries, or when `timeout` passes without a count. Throws Failure: usage for an address
/// that is no literal, unavailable when the address cannot be listened on, ioerr when stdout fails,
/// tempfail when `timeout` passes before the count is reached.
void listen(const ListenOptions& options, const Console& console);

} // namespace metrics_event
