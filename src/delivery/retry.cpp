#include "delivery/retry.hpp"

#include "base/characters.hpp"
#include "base/http_date.hpp"
#include "base/value.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr auto first_backoff = 100ms;
constexpr auto longest_backoff = 2000ms;
constexpr int most_doublings = 5; // 100 ms * 2^5 exceeds the longest backoff
constexpr std::chrono::seconds longest_ask = 24h * 365;

} // namespace

Plan plan_retry(const Situation& situation, int retries) {
  if (!situation.worth_a_retry) {
    return {Plan::Step::settled};
  }
  if (situation.attempts > retries) {
    return {Plan::Step::give_up};
  }
  const int doublings = std::min(situation.attempts - 1, most_doublings);
  const auto longest = std::min(first_backoff * (1 << doublings), longest_backoff);
  const auto backoff =
      std::chrono::duration_cast<std::chrono::milliseconds>(situation.random * longest);
  const auto wait = std::max(backoff, situation.retry_after.value_or(0ms));
  return wait < situation.time_left ? Plan{Plan::Step::try_again, wait}
                                    : Plan{Plan::Step::too_late, wait};
}

std::optional<std::chrono::milliseconds> parse_retry_after(const std::string& text,
                                                           std::chrono::sys_seconds now) {
  if (all_digits(text)) {
    const auto longest = static_cast<std::uint64_t>(longest_ask.count());
    const auto seconds = parse_count(text, 0, longest);
    return seconds ? std::chrono::seconds{*seconds} : longest_ask;
  }
  const auto date = parse_http_date(text, now);
  return date ? std::optional{std::clamp<std::chrono::seconds>(*date - now, 0s, longest_ask)}
              : std::nullopt;
}

std::optional<std::chrono::milliseconds> retry_after(const Reply& reply,
                                                     std::chrono::sys_seconds now) {
  if (reply.retry_after.empty()) {
    return std::nullopt;
  }
  return parse_retry_after(reply.retry_after, parse_http_date(reply.date, now).value_or(now));
}

} // namespace metrics_event
