#pragma once

#include "delivery/delivery.hpp"
#include "loki/entry.hpp"
#include "loki/gzip.hpp"
#include "loki/transport.hpp"

#include <chrono>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// The limits of pushing.
struct PushLimits {
  int retries = 0;                     // for each push, after its first attempt
  std::chrono::milliseconds timeout{}; // for each push, all attempts together
  Deadline ends = Deadline::max();     // for all pushes together
};

/// Returns true when no further push may start: the time for all pushes is used up, or a signal is
/// noted.
bool is_over(const PushLimits& limits, Clock& clock);

/// The fate that consecutive entries share.
struct Pushed {
  enum class Fate {
    accepted,
    refused, // a single entry, for its content
    stopped, // by trouble not caused by the entries
  };
  Fate fate = Fate::accepted;
  std::size_t first = 0; // index of the first of these entries
  std::size_t count = 0;
  Delivery delivery; // the last delivery, which decided their fate
};

/// Pushes entries to one receiver. From one push to the next it remembers whether the receiver
/// accepts compressed bodies, and how many entries it accepts at once.
class Pusher {
public:
  Pusher(Route route, const PushLimits& limits, const Transport& transport, Clock& clock);

  /// Pushes entries, which must belong to one tenant and fit a PushRoom; bodies of 1 KiB or more
  /// are compressed. When the receiver refuses a push of several entries, the push is halved until
  /// the refused entries are found. A push that exceeds a rate limit (HTTP status 429) is halved
  /// too, unless there are no retries or the receiver sent Retry-After. Tells `listener` the fate
  /// of the entries, in order. Returns the number of entries that were accepted or refused; those
  /// that follow were stopped by trouble, of which `listener` was told, or were not sent because
  /// pushing is over.
  std::size_t push(const std::string& org_id, std::span<const Entry> entries,
                   const std::function<void(const Pushed&)>& listener);

private:
  Delivery encode_and_post(const std::string& org_id, std::span<const Entry> entries);
  Delivery post(const std::string& org_id, std::string_view body, bool is_compressed);

  Route route_;
  PushLimits limits_;
  const Transport& transport_;
  Clock& clock_;
  std::string body_; // kept, like the next two, to reuse its memory
  std::string compressed_;
  Gzip gzip_;
  bool takes_gzip_ = true;
  std::size_t most_entries_ = std::numeric_limits<std::size_t>::max(); // in a push; a 429 lowers it
};

} // namespace metrics_event
