#pragma once

#include "cli/command_line.hpp"
#include "commands/context.hpp"
#include "commands/send_report.hpp"
#include "settings/settings.hpp"

namespace metrics_event {

/// Sends one event, or does what --dry-run and --disabled do instead; `measurement` is that of the
/// COMMAND that was run. Fills the report as it goes, so that a failure, which is thrown, is
/// reported with all that was known.
void send(const SendEvent& command, const std::optional<Measurement>& measurement,
          const Resolved& resolved, const Context& context, SendReport& report);

} // namespace metrics_event
