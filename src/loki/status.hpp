#pragma once

namespace metrics_event {

/// Loki's answer when nothing of a tenant is taken: a refusal, although it looks like a success.
inline constexpr int ingestion_blocked = 260;

/// The answer of a receiver whose rate limit is exceeded (RFC 6585, section 4).
inline constexpr int too_many_requests = 429;

/// Tells whether an HTTP status says that a push was accepted: 200, 202 or 204 and nothing else.
constexpr bool is_acceptance(int status) {
  return status == 200 || status == 202 || status == 204;
}

} // namespace metrics_event
