#include "delivery.hpp"

namespace metrics_event {

Delivery deliver(const Request& request, const RetryPolicy& policy,
                 std::chrono::milliseconds timeout, const Transport& transport, Clock& clock) {
  const auto milliseconds_between = [](Deadline from, Deadline to) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
  };
  const Deadline start = clock.steady_now();
  const Deadline deadline = start + timeout;
  Delivery delivery;
  while (true) {
    const Reply reply = transport(request, deadline);
    const Deadline now = clock.steady_now();
    delivery.judgement = judge(reply);
    delivery.http_status = reply.status;
    delivery.attempts += 1;
    delivery.elapsed = milliseconds_between(start, now);
    const auto wait = wait_before_retry(delivery.judgement, policy, delivery.attempts,
                                        clock.random(), milliseconds_between(now, deadline));
    if (!wait) {
      return delivery;
    }
    clock.sleep_until(now + *wait);
  }
}

} // namespace metrics_event
