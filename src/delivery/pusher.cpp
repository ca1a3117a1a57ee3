#include "delivery/pusher.hpp"

#include "loki/push.hpp"
#include "loki/status.hpp"
#include "system/signals.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

constexpr std::size_t worth_compressing = 1024; // in bytes

Pushed::Fate fate_of(const Delivery& delivery) {
  if (delivery.accepted()) {
    return Pushed::Fate::accepted;
  }
  return is_refused(delivery.judgement.code) ? Pushed::Fate::refused : Pushed::Fate::stopped;
}

} // namespace

bool is_over(const PushLimits& limits, Clock& clock) {
  return noted_signal() != 0 || clock.steady_now() >= limits.ends;
}

Pusher::Pusher(Route route, const PushLimits& limits, const Transport& transport, Clock& clock)
    : route_{std::move(route)}, limits_{limits}, transport_{transport}, clock_{clock} {}

std::size_t Pusher::push(const std::string& org_id, std::span<const Entry> entries,
                         const std::function<void(const Pushed&)>& listener) {
  std::size_t first = 0;
  std::vector<std::size_t> ends{entries.size()}; // of the parts left, the next at the back
  while (first < entries.size() && !is_over(limits_, clock_)) {
    const std::size_t count = ends.back() - first;
    if (count > most_entries_) {
      ends.push_back(first + count / 2);
      continue;
    }
    const Delivery delivery = encode_and_post(org_id, entries.subspan(first, count));
    const Pushed::Fate fate = fate_of(delivery);
    // Loki sends no Retry-After when a push exceeds its rate, and may accept smaller pushes. A
    // receiver that does send one has said when to come again.
    const bool is_too_much =
        delivery.http_status == too_many_requests && !delivery.retry_after && limits_.retries > 0;
    if (count > 1 && is_too_much) {
      most_entries_ = count / 2;
    } else if (count > 1 && fate == Pushed::Fate::refused) {
      ends.push_back(first + count / 2);
    } else {
      listener({fate, first, count, delivery});
      if (fate == Pushed::Fate::stopped) {
        break;
      }
      first = ends.back();
      ends.pop_back();
    }
  }
  return first;
}

Delivery Pusher::encode_and_post(const std::string& org_id, std::span<const Entry> entries) {
  write_push_body(body_, entries);
  if (takes_gzip_ && body_.size() >= worth_compressing) {
    gzip_.compress(body_, compressed_);
    Delivery delivery = post(org_id, compressed_, true);
    if (delivery.http_status != 400 && delivery.http_status != 415) {
      return delivery;
    }
    takes_gzip_ = false; // these statuses may mean that it does not accept gzip
  }
  return post(org_id, body_, false);
}

Delivery Pusher::post(const std::string& org_id, std::string_view body, bool is_compressed) {
  Request request = push_request(route_, org_id, body);
  if (is_compressed) {
    request.headers.emplace_back("Content-Encoding", "gzip");
  }
  request.keeps_connection = true;
  const Deadline deadline = std::min(clock_.steady_now() + limits_.timeout, limits_.ends);
  return deliver(request, deadline, limits_.retries, transport_, clock_);
}

} // namespace metrics_event
