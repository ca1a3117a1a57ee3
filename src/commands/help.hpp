#pragma once

#include "commands/run.hpp"

namespace metrics_event {

/// Prints help or the version, as an option asks (`CommandLine::info`).
void print_info(const App& app, const CommandLine& line, const EventTypes& types);

/// Prints help about the event, command or topic that the operand names, or else the short help.
/// Throws Failure (usage) when there is no such thing, and as `EventTypes::find` does.
void run_help(const Run& run, RunOutcome& outcome);

/// Prints the version and the libraries that are linked in.
void run_version(const Run& run, RunOutcome& outcome);

} // namespace metrics_event
