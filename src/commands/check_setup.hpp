#pragma once

#include "cli/command.hpp"
#include "commands/check_findings.hpp"
#include "event/known_types.hpp"
#include "settings/settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// Finds the names of variables that look like ours and are no setting's.
std::vector<Finding> findings_of_variables(std::span<const std::string> names);

/// Finds the events that files declare, or fail to.
std::vector<Finding> findings_of_events(const EventTypes& types, std::span<const Command> commands);

/// Finds what keeps events from being sent, or their failures from being seen.
std::vector<Finding> findings_of_switches(const Resolved& resolved);

/// Finds settings that are allowed and unwise, and labels that were probably meant as settings.
std::vector<Finding> findings_of_settings(const Resolved& resolved);

/// Finds what an outage would meet in the spool; an empty directory is one that could not be found.
std::vector<Finding> findings_of_spool(const SpoolPlace& place);

} // namespace metrics_event
