#pragma once

#include "cli/command_line.hpp"
#include "commands/send_report.hpp"
#include "loki/transport.hpp"
#include "settings/settings.hpp"
#include "system/clock.hpp"
#include "system/console.hpp"

namespace metrics_event {

/// What a command works with.
struct Means {
  Transport transport;
  Clock& clock;
  Console console;
};

/// Sends one event, or does what --dry-run and --disabled do instead; `measurement` is that of the
/// COMMAND that was run. Fills the report as it goes, so that a failure, which is thrown, is
/// reported with all that was known.
void send(const SendEvent& command, const std::optional<Measurement>& measurement,
          const Resolved& resolved, const Means& means, Report& report);

} // namespace metrics_event
