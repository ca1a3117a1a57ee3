#pragma once

#include "base/exit_code.hpp"
#include "commands/run.hpp"

namespace metrics_event {

/// The way in which the process ends.
struct End {
  ExitCode code = ExitCode::ok;
  int signal = 0; // ended COMMAND and must end this process too; 0 means none
};

/// Runs one command line and reports its outcome. Turns every exception into an exit status.
End run(const App& app);

} // namespace metrics_event
