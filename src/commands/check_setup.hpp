#pragma once

#include "cli/command.hpp"
#include "commands/check_findings.hpp"
#include "event/known_types.hpp"
#include "settings/settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// Returns a warning for each variable name that matches no setting.
std::vector<Finding> findings_of_variables(std::span<const std::string> names);

/// Returns findings about the events that files declare, and about files that fail to declare one.
std::vector<Finding> findings_of_events(const EventTypes& types, std::span<const Command> commands);

/// Returns findings about settings that prevent events from being sent or failures from being seen.
std::vector<Finding> findings_of_switches(const Resolved& resolved);

/// Returns findings about settings that are allowed but unwise, and about labels that were probably
/// meant as settings.
std::vector<Finding> findings_of_settings(const Resolved& resolved);

/// Returns the state of the spool as an outage would meet it, and a warning when nothing seems to
/// flush it. An empty directory name means that no usual place could be determined.
std::vector<Finding> findings_of_spool(const SpoolPlace& place);

} // namespace metrics_event
