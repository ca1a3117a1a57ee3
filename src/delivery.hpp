#pragma once

#include "clock.hpp"
#include "judgement.hpp"
#include "retry.hpp"
#include "transport.hpp"

#include <chrono>

namespace metrics_event {

/// What came of all attempts for one push.
struct Delivery {
  Judgement judgement; // of the last attempt
  int attempts = 0;
  int http_status = 0; // of the last attempt; 0 when there was no answer
  std::chrono::milliseconds elapsed{};
};

/// Sends a push until it is accepted, cannot be helped, or `timeout` has passed; that is a ceiling
/// for everything together.
Delivery deliver(const Request& request, const RetryPolicy& policy,
                 std::chrono::milliseconds timeout, const Transport& transport, Clock& clock);

} // namespace metrics_event
