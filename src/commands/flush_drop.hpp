#pragma once

#include "base/time.hpp"
#include "commands/flush_options.hpp"
#include "commands/flush_report.hpp"
#include "delivery/route.hpp"
#include "spool/locked_spool.hpp"

namespace metrics_event {

/// Drops the entries that the options select, and counts in the report what is dropped and what is
/// left. Warns of what cannot be taken over from killed processes. Throws Failure (cantcreat) when
/// the spool cannot be changed.
void drop_entries(LockedSpool& spool, const FlushOptions& options, Instant now, const Warn& warn,
                  FlushReport& report);

} // namespace metrics_event
