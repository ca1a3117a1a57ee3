#pragma once

#include "base/exit_code.hpp"
#include "delivery/drain.hpp"
#include "delivery/spooler.hpp"
#include "loki/transport.hpp"
#include "settings/settings.hpp"
#include "system/clock.hpp"

#include <optional>

namespace metrics_event {

/// The entries that wait in the spool for the receiver of an event when the event is sent. They
/// are optional work for its sender, so trouble with the spool is never the trouble of the event.
class WaitingEntries {
public:
  /// Looks at the spool's counter. The references must outlive this object. `trouble` is told why
  /// the spool cannot be used.
  WaitingEntries(const Settings& settings, const Spooler& spooler, FindRoutes find_routes,
                 const Transport& transport, Clock& clock, Warn warn, Warn trouble);

  /// Before the event: delivers entries that Loki would refuse behind it. Returns why the event has
  /// to wait behind some of them, if it has to. `sent` counts what was stored twice.
  std::optional<Failure> deliver_older(Instant time, Deadline deadline, EventCounts& sent);

  /// After the event, whose receiver is evidently reachable: delivers those that are met first.
  void deliver_some(Deadline deadline, EventCounts& sent);

private:
  std::optional<Failure> drain_once(Deadline deadline, int retries, EventCounts& sent);

  const Settings& settings_;
  const Spooler& spooler_;
  FindRoutes find_routes_;
  const Transport& transport_;
  Clock& clock_;
  Warn warn_;
  Warn trouble_;
  std::optional<Backlog> waiting_; // nothing: the counter does not know
};

} // namespace metrics_event
