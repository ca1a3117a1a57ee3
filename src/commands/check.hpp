#pragma once

#include "cli/command.hpp"
#include "commands/check_report.hpp"
#include "event/known_types.hpp"
#include "loki/transport.hpp"
#include "settings/settings.hpp"
#include "system/clock.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// How much `check` does.
struct CheckOptions {
  bool send = false;                             // a real event
  std::optional<std::chrono::milliseconds> wait; // poll for so long until the receiver is ready
};

/// Reads the options of `check`, its row of the table. Throws Failure (usage).
CheckOptions check_options(const CommandType& check, std::span<const GivenOption> given);

/// Goes the way of an event as far as it leads, without sending one unless that is asked for: an
/// empty push finds out what would be answered. The failure is the one that an event would meet.
/// `variables` are the names of those that look like ours; one that is no setting's is a finding,
/// and so is each event that a file declares.
CheckReport check(const CheckOptions& options, const Resolved& resolved, const EventTypes& types,
                  std::span<const std::string> variables, const Transport& transport, Clock& clock);

} // namespace metrics_event
