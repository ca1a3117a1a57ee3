#pragma once

#include "delivery/drained.hpp"
#include "delivery/pusher.hpp"
#include "delivery/receivers.hpp"
#include "spool/locked_spool.hpp"

#include <cstddef>
#include <optional>

namespace metrics_event {

/// The limits of a drain.
struct DrainLimits {
  PushLimits push{};
  std::size_t most_entries = 0;      // 0: all, in many pushes; else of the only push, see `drain`
  std::optional<Destination> only{}; // entries of other destinations stay
};

/// Delivers the entries of a spool, oldest first. Records of one destination and one stream go
/// together, as many as one push takes. An entry leaves the spool only when it was accepted; one
/// that the receiver refuses moves to refused/. An entry refused for its age is first given the
/// present as its entry time, once, and waits for its turn. Any other trouble leaves the remaining
/// entries of that destination, or of all the receiver's tenants, waiting.
///
/// With a limit of entries, there is one push: of the records that are met first, as many as have
/// no more entries than that, or one record that has more.
///
/// The spool's file `sending` names the records of a push before it leaves, so that the next drain
/// asks for their entries first when this one is killed.
Drained drain(LockedSpool& spool, const DrainLimits& limits, const FindRoutes& find_routes,
              const Transport& transport, Clock& clock, const DrainListener& listener);

} // namespace metrics_event
