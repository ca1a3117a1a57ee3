#pragma once

#include "event_type.hpp"
#include "exit_code.hpp"
#include "send.hpp"
#include "settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// All that a run depends on.
struct App {
  std::vector<std::string> arguments; // without the program's name
  Environment environment;
  std::vector<std::string> variables; // the names of those that start with METRICS_EVENT_
  bool is_root = false;               // whose spool is elsewhere
  std::span<const EventType> events;
  Means means;
};

/// Runs one command line from beginning to end, with the one catch. Returns the exit status.
ExitCode run(const App& app);

} // namespace metrics_event
