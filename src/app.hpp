#pragma once

#include "clock.hpp"
#include "console.hpp"
#include "event_type.hpp"
#include "exit_code.hpp"
#include "settings.hpp"
#include "transport.hpp"

#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// All that a run depends on.
struct App {
  std::vector<std::string> arguments; // without the program's name
  Environment environment;
  std::span<const EventType> events;
  Transport transport;
  Clock& clock;
  Console console;
};

/// Runs one command line from beginning to end, with the one catch. Returns the exit status.
ExitCode run(const App& app);

} // namespace metrics_event
