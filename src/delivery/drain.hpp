#pragma once

#include "base/exit_code.hpp"
#include "delivery/pusher.hpp"
#include "loki/transport.hpp"
#include "settings/settings.hpp"
#include "spool/spool.hpp"
#include "system/console.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace metrics_event {

/// What one push can carry: the same URL, as a record has it, and tenant.
using Group = std::pair<std::string, std::string>;

/// Finds the way to the receiver of a URL, as a record has it. Throws Failure where there is none.
using FindRoute = std::function<Route(const std::string& url)>;

/// What a drain may do.
struct DrainLimits {
  PushLimits push{};
  std::size_t most_entries = 0; // then in one push; 0: all
  std::optional<Group> only{};  // nothing else
};

/// What came of it.
struct Drained {
  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;                        // by the receiver
  std::uint64_t set_aside = 0;                      // because they are no entries
  std::optional<Failure> failure;                   // of several: one that does not pass, the first
  bool may_pass = false;                            // what stopped one of them
  std::optional<std::chrono::milliseconds> asked{}; // to wait, by the receiver that stopped it
};

/// Who hears of it.
struct DrainEvents {
  std::function<void(const std::string& warning)> warn;
  std::function<void(const std::string& words)> note; // what goes well
  std::function<void(const Drained& so_far)> progress;
};

/// Delivers what waits in a spool that we have locked, oldest first: entries of one destination and
/// tenant together, as many as one push takes. An entry goes only when it was accepted. Those that
/// are refused are put aside, but an entry that is too old gets the present as its entry time
/// first, once, and waits for its turn. Trouble of another kind leaves the rest of its destination
/// waiting.
Drained drain(Spool& spool, const DrainLimits& limits, const FindRoute& find_route,
              const Transport& transport, Clock& clock, const DrainEvents& events);

} // namespace metrics_event
