#pragma once

#include "base/environment.hpp"
#include "base/exit_code.hpp"
#include "commands/run.hpp"

namespace metrics_event {

/// How a process is to end.
struct End {
  ExitCode code = ExitCode::ok;
  int signal = 0; // that ended COMMAND, and is to end this process as well; 0: none
};

/// Runs one command line from beginning to end.
End run(const App& app);

} // namespace metrics_event
