#pragma once

#include "base/exit_code.hpp"
#include "delivery/pusher.hpp"
#include "delivery/route.hpp"
#include "spool/spool.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace metrics_event {

/// Finds the way to the receiver of a URL, as a record has it. Throws Failure where there is none.
using FindRoute = std::function<Route(const std::string& url)>;

/// The limits of a drain.
struct DrainLimits {
  PushLimits push{};
  std::size_t most_entries = 0;      // in the one push that is then made; 0: all, in many
  std::optional<Destination> only{}; // all else stays where it is
};

/// The result of a drain.
struct Drained {
  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;                              // by the receiver
  std::uint64_t set_aside = 0;                            // files that are no entries
  std::optional<Failure> failure;                         // of several: one that does not pass
  bool may_pass = false;                                  // whether some of the trouble does
  std::optional<std::chrono::milliseconds> retry_after{}; // the longest that a receiver asked for
};

/// Is told how a drain goes on.
struct DrainListener {
  Warn warn;
  std::function<void(const std::string& words)> note; // of what goes well
  std::function<void(const Drained& so_far)> progress;
};

/// Delivers what waits in a spool that we have locked, oldest first: entries of one destination
/// together, as many as one push takes. An entry leaves the spool only when it was accepted. One
/// that is refused is put aside, but one that is too old gets the present as its entry time first,
/// once, and waits for its turn. Trouble of another kind leaves the rest of its destination
/// waiting.
Drained drain(Spool& spool, const DrainLimits& limits, const FindRoute& find_route,
              const Transport& transport, Clock& clock, const DrainListener& listener);

} // namespace metrics_event
