#pragma once

#include "base/exit_code.hpp"
#include "delivery/event_counts.hpp"
#include "delivery/pusher.hpp"
#include "delivery/receivers.hpp"
#include "delivery/route.hpp"
#include "spool/spool.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace metrics_event {

/// The limits of a drain.
struct DrainLimits {
  PushLimits push{};
  std::size_t most_entries = 0;      // 0: all, in many pushes; else the most in the only push
  std::optional<Destination> only{}; // entries of other destinations stay
};

/// The result of a drain.
struct Drained {
  EventCounts counts;
  std::uint64_t set_aside = 0;    // files that are not valid entries
  std::optional<Failure> failure; // a lasting failure takes precedence
  bool may_pass = false;          // whether `may_pass` holds for some trouble of a destination
  std::optional<std::chrono::milliseconds> retry_after{}; // the longest wait a receiver asked for
};

/// The callbacks that follow the progress of a drain.
struct DrainListener {
  Warn warn;
  std::function<void(const std::string& words)> note; // of each successful delivery
  std::function<void(const Drained& so_far)> progress;
};

/// Delivers the entries of a spool that we have locked, oldest first. Entries of one destination go
/// together, as many as one push takes. An entry leaves the spool only when it was accepted; one
/// that the receiver refuses moves to refused/. An entry refused for its age is first given the
/// present as its entry time, once, and waits for its turn. Any other trouble leaves the remaining
/// entries of that destination, or of all the receiver's tenants, waiting.
///
/// The spool's file `sending` names the entries of a push before it leaves, so that the next drain
/// asks for them first when this one is killed.
Drained drain(Spool& spool, const DrainLimits& limits, const FindRoutes& find_routes,
              const Transport& transport, Clock& clock, const DrainListener& listener);

} // namespace metrics_event
