#include "delivery/delivery.hpp"

#include "delivery/retry.hpp"

namespace metrics_event {

Delivery deliver(const Request& request, const Effort& effort, const Transport& transport,
                 Clock& clock) {
  const auto milliseconds_between = [](Deadline from, Deadline to) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
  };
  const Deadline start = clock.steady_now();
  Delivery delivery;
  while (true) {
    const Reply reply = transport(request, effort.deadline);
    const Deadline now = clock.steady_now();
    delivery.judgement = judge(reply);
    delivery.http_status = reply.status;
    delivery.attempts += 1;
    delivery.elapsed = milliseconds_between(start, now);
    delivery.asked = asked_wait(reply, std::chrono::floor<std::chrono::seconds>(clock.now()));
    const Plan plan = plan_retry({.worth_a_retry = delivery.judgement.worth_a_retry,
                                  .attempts = delivery.attempts,
                                  .time_left = milliseconds_between(now, effort.deadline),
                                  .asked = delivery.asked,
                                  .random = delivery.accepted() ? 0 : clock.random()},
                                 effort.retries);
    if (plan.step != Plan::Step::try_again) {
      if (plan.step == Plan::Step::too_late && delivery.asked && delivery.asked >= plan.wait) {
        delivery.judgement.message += ", it asks to wait " + duration_text(*delivery.asked);
      }
      return delivery;
    }
    if (!clock.sleep_until(now + plan.wait)) {
      return delivery;
    }
  }
}

} // namespace metrics_event
