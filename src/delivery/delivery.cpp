#include "delivery/delivery.hpp"

#include "delivery/retry.hpp"

namespace metrics_event {

Delivery deliver(const Request& request, Deadline deadline, int retries, const Transport& transport,
                 Clock& clock) {
  const Deadline start = clock.steady_now();
  Delivery delivery;
  while (true) {
    const Reply reply = transport(request, deadline);
    const Deadline now = clock.steady_now();
    delivery.judgement = judge(reply);
    if (delivery.judgement.code == ExitCode::noperm) {
      delivery.judgement.message += request.route.hint;
    }
    delivery.http_status = reply.status;
    delivery.attempts += 1;
    delivery.elapsed = whole_milliseconds(now - start);
    delivery.retry_after =
        retry_after(reply, std::chrono::floor<std::chrono::seconds>(clock.now()));
    const Plan plan = plan_retry({.worth_a_retry = delivery.judgement.worth_a_retry,
                                  .attempts = delivery.attempts,
                                  .time_left = whole_milliseconds(deadline - now),
                                  .retry_after = delivery.retry_after,
                                  .random = delivery.accepted() ? 0 : clock.random()},
                                 retries);
    if (plan.step != Plan::Step::try_again) {
      if (plan.step == Plan::Step::too_late && delivery.retry_after &&
          delivery.retry_after >= plan.wait) {
        delivery.judgement.message += ", it asks to wait " + duration_text(*delivery.retry_after);
      }
      return delivery;
    }
    if (!clock.sleep_until(now + plan.wait)) {
      return delivery;
    }
  }
}

} // namespace metrics_event
