#pragma once

#include "base/exit_code.hpp"
#include "delivery/drain.hpp"
#include "delivery/spooler.hpp"
#include "loki/transport.hpp"
#include "settings/settings.hpp"
#include "system/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace metrics_event {

/// How much work its sender does for the entries that wait.
struct WaitingLimits {
  /// With more bytes than this in the spool, older entries are not looked for.
  std::uint64_t most_bytes_searched = std::numeric_limits<std::uint64_t>::max();
  std::size_t most_entries = 0; // see DrainLimits
};

/// The cost of a single event must not grow with what waits.
inline constexpr WaitingLimits waiting_beside_event{256UL * 1024, 100};
inline constexpr WaitingLimits waiting_beside_batch{};

/// The entries that wait in the spool for the receiver of an event, or of the push of a batch, when
/// that is sent. They are optional work for its sender, so trouble with the spool is never the
/// trouble of the event.
class WaitingEntries {
public:
  /// The references must outlive this object. `trouble` is told why the spool cannot be used.
  WaitingEntries(const WaitingLimits& limits, const Settings& settings, const Spooler& spooler,
                 FindRoutes find_routes, const Transport& transport, Clock& clock, Warn warn,
                 Warn trouble);

  /// Before an event whose entry time is `time`: looks at the spool's counter, and delivers entries
  /// that Loki would refuse behind the event. Returns why the event has to wait behind some of
  /// them, if it has to. `sent` counts what was stored twice.
  std::optional<Failure> deliver_older(Instant time, Deadline deadline, EventCounts& sent);

  /// After the event, whose receiver is evidently reachable: delivers those that are met first,
  /// unless the counter said before the event that nothing waits.
  void deliver_some(Deadline deadline, EventCounts& sent);

private:
  bool has_older(Instant limit);
  std::optional<Failure> drain_once(Deadline deadline, int retries, EventCounts& sent);

  const WaitingLimits& limits_;
  const Settings& settings_;
  const Spooler& spooler_;
  FindRoutes find_routes_;
  const Transport& transport_;
  Clock& clock_;
  Warn warn_;
  Warn trouble_;
  std::optional<Backlog> waiting_;           // nothing: the counter does not know
  Instant searched_before_ = Instant::min(); // none was older when they were looked for
};

} // namespace metrics_event
