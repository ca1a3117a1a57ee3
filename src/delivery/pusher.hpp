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

/// How far pushing goes.
struct PushLimits {
  int retries = 0;                     // of each push
  std::chrono::milliseconds timeout{}; // of each push
  Deadline ends = Deadline::max();     // for all of it
};

/// Tells whether pushing goes no further: the time for all of it is over, or a signal is noted.
bool is_over(const PushLimits& limits, Clock& clock);

/// What became of neighbours among the entries that were to be pushed.
struct Pushed {
  enum class Fate {
    accepted,
    refused, // this one entry, for what it is
    stopped, // by trouble that is not about the entries
  };
  Fate fate = Fate::accepted;
  std::size_t first = 0; // the index of the first of them
  std::size_t count = 0;
  Delivery delivery; // the last, which decided it
};

/// Pushes entries to one receiver, and remembers from one push to the next what it has learned:
/// whether the receiver takes compressed bodies, and how many entries at once.
class Pusher {
public:
  Pusher(Route route, const PushLimits& limits, const Transport& transport, Clock& clock);

  /// Pushes entries of one tenant, no more than a PushRoom takes, compressed from 1 KiB. A push of
  /// many that is refused is halved until the entries that are refused are found, and one that
  /// exceeds a rate is halved while there are retries, unless the receiver says when to come again.
  /// Tells `listener` what became of them, from the first to the last. Returns how many are
  /// accepted or refused; what follows them was stopped by trouble, of which `listener` was told,
  /// or it is over.
  std::size_t push(const std::string& org_id, std::span<const Entry> entries,
                   const std::function<void(const Pushed&)>& listener);

private:
  Delivery encode_and_post(const std::string& org_id, std::span<const Entry> entries);
  Delivery post(const std::string& org_id, std::string_view body, bool is_compressed);

  Route route_;
  PushLimits limits_;
  const Transport& transport_;
  Clock& clock_;
  std::string body_; // used again, as what follows
  std::string compressed_;
  Gzip gzip_;
  bool takes_gzip_ = true;
  std::size_t most_entries_ = std::numeric_limits<std::size_t>::max(); // at once
};

} // namespace metrics_event
