#pragma once

#include "loki/judgement.hpp"
#include "loki/transport.hpp"
#include "system/clock.hpp"

#include <chrono>
#include <optional>

namespace metrics_event {

/// The result of all attempts for one push.
struct Delivery {
  Judgement judgement; // of the last attempt
  int attempts = 0;
  int http_status = 0; // of the last attempt; 0 means no answer
  std::chrono::milliseconds elapsed{};
  std::optional<std::chrono::milliseconds> retry_after{}; // the wait the last answer asked for

  bool accepted() const { return judgement.code == ExitCode::ok; }
};

/// Tries one push until it is accepted, another attempt cannot help, `retries` attempts have
/// followed the first, the time is used up, or a signal is noted. `deadline` limits all attempts
/// together.
Delivery deliver(const Request& request, Deadline deadline, int retries, const Transport& transport,
                 Clock& clock);

} // namespace metrics_event
