#pragma once

#include "settings/settings.hpp"

#include <string>

namespace metrics_event {

/// Returns what to do about the usual spool of the account that runs this process when nothing
/// seems to flush it, such as `nothing seems to flush this spool; let root run systemctl enable
/// --now metrics-event-flush@runner.timer`.
///
/// The result is empty when a timer that is enabled or a line in /etc/cron.d/metrics-event flushes
/// the spool. It is also empty for a spool with a name of its own, because the owner decides how
/// that is flushed. Only files are read, nothing is started and no name service is asked.
std::string flush_advice(const SpoolPlace& place);

/// Returns a message about events that were put into a spool, followed by the advice, if any.
std::string with_flush_advice(std::string message, const SpoolPlace& place);

} // namespace metrics_event
