#include "retry.hpp"

#include <algorithm>

namespace metrics_event {

std::optional<std::chrono::milliseconds> wait_before_retry(const Judgement& judgement,
                                                           const RetryPolicy& policy,
                                                           int attempts_made, double random,
                                                           std::chrono::milliseconds time_left) {
  using namespace std::chrono_literals;
  if (!judgement.worth_a_retry || attempts_made > policy.retries) {
    return std::nullopt;
  }
  constexpr int most_doublings = 5; // 100 ms doubled that often is beyond 2 s
  const auto longest = std::min(100ms * (1 << std::min(attempts_made - 1, most_doublings)), 2000ms);
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(random * longest);
  return wait < time_left ? std::optional{wait} : std::nullopt;
}

} // namespace metrics_event
