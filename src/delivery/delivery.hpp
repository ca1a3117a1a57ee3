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
  int http_status = 0; // of the last attempt; 0 when there was no answer
  std::chrono::milliseconds elapsed{};
  std::optional<std::chrono::milliseconds> retry_after{}; // the wait that the last answer asks for

  bool accepted() const { return judgement.code == ExitCode::ok; }
};

/// Makes attempts at one push until one is accepted, none can help, `retries` of them came after
/// the first, the time is over, or a signal is noted. `deadline` is a ceiling for all of them
/// together.
Delivery deliver(const Request& request, Deadline deadline, int retries, const Transport& transport,
                 Clock& clock);

} // namespace metrics_event
