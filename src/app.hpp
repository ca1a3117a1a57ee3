#pragma once

#include "base/environment.hpp"
#include "base/exit_code.hpp"
#include "commands/send.hpp"
#include "event/type.hpp"
#include "settings/settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// All that a run depends on.
struct App {
  std::vector<std::string> arguments; // without the program's name
  Environment environment;
  std::vector<std::string> variables; // the names of those that start with METRICS_EVENT_
  std::vector<std::string> config_directories{}; // as far as there are any
  bool is_root = false;                          // whose spool is elsewhere
  std::span<const EventType> events;
  Means means;
};

/// How a process is to end.
struct End {
  ExitCode code = ExitCode::ok;
  int signal = 0; // that ended COMMAND, and is to end this process as well; 0: none
};

/// Runs one command line from beginning to end, with the one catch.
End run(const App& app);

} // namespace metrics_event
