#pragma once

#include "delivery/asker.hpp"
#include "delivery/part.hpp"
#include "delivery/poster.hpp"
#include "loki/entry.hpp"
#include "loki/transport.hpp"

#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// The limits of pushing, and what the caller asks for.
struct PushLimits {
  int retries = 0;                     // for each push, after its first attempt
  std::chrono::milliseconds timeout{}; // for each push, all attempts together
  Deadline ends = Deadline::max();     // for all pushes together
  bool is_single = false;              // no other push follows; see Poster
  bool asks_later = false; // what the receiver does not return yet waits for a later run
  bool confirms = false;   // an entry is delivered only when asking returns it
};

/// Returns true when no further push may start: the time for all pushes is used up, or a signal is
/// noted.
bool is_over(const PushLimits& limits, Clock& clock);

/// The fate that consecutive entries share.
struct Pushed {
  enum class Fate {
    accepted,
    refused, // for their content
    stopped, // by trouble not caused by the entries
    left,    // for a later run: after others were stopped, because pushing is over, or in doubt
  };
  Fate fate = Fate::accepted;
  std::size_t first = 0; // index of the first of these entries
  std::size_t count = 0;
  Delivery delivery;         // the last delivery, which decided their fate
  Doubt doubt{};             // of entries that are neither accepted nor refused
  int repeats = 0;           // how often each may be stored in addition
  bool is_confirmed = false; // the receiver has returned them
};

/// The routes to one receiver.
struct Routes {
  Route push;
  std::optional<QueryRoute> query{}; // none: it cannot be asked for entries
};

/// Pushes entries to one receiver, and asks for those that may have been stored before it sends
/// them again. From one push to the next it remembers whether the receiver accepts compressed
/// bodies, how many entries it accepts at once, and whether it can be asked.
class Pusher {
public:
  Pusher(Routes routes, const PushLimits& limits, const Transport& transport, Clock& clock);

  /// Pushes entries, which must belong to one tenant and one stream and fit a PushRoom. `doubts`
  /// has what earlier deliveries leave open about each of them, and may be empty.
  ///
  /// When an attempt ends ambiguously, the entries are asked for: those that the receiver has are
  /// delivered, the others are sent again if another attempt can help. Where asking is not
  /// possible, a push has at most 64 KiB of lines, because Loki recognises a repeated entry only
  /// within 256 KiB of its stream. When the receiver refuses a push of several entries, it is
  /// divided at the time that the answer names, or else halved, until the refused entries are
  /// found. A push that exceeds a rate limit (HTTP status 429) with each of its attempts is halved
  /// too, unless there are no retries or the receiver sent Retry-After.
  ///
  /// Tells `listener` the fate of all entries, in order.
  void push(const std::string& org_id, std::span<const Entry> entries,
            std::span<const Doubt> doubts, const std::function<void(const Pushed&)>& listener);

private:
  class Work;

  PushLimits limits_;
  Clock& clock_;
  Poster poster_;
  Asker asker_;
  const Deadline begun_; // what is in doubt before was sent before
  std::size_t most_entries_ = std::numeric_limits<std::size_t>::max(); // in a push; a 429 lowers it
};

} // namespace metrics_event
