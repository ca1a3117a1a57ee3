#pragma once

#include "loki/judgement.hpp"
#include "loki/transport.hpp"
#include "system/clock.hpp"

#include <chrono>
#include <optional>

namespace metrics_event {

/// What came of all attempts for one push.
struct Delivery {
  Judgement judgement; // of the last attempt
  int attempts = 0;
  int http_status = 0; // of the last attempt; 0 when there was no answer
  std::chrono::milliseconds elapsed{};
  std::optional<std::chrono::milliseconds> asked{}; // to wait, by the last answer

  bool accepted() const { return judgement.code == ExitCode::ok; }
};

/// How long and how often a push is tried.
struct Effort {
  Deadline deadline; // a ceiling for everything together
  int retries = 0;   // attempts after the first
};

/// Sends a push until it is accepted, cannot be helped, the effort is used up, or a signal is
/// noted.
Delivery deliver(const Request& request, const Effort& effort, const Transport& transport,
                 Clock& clock);

} // namespace metrics_event
