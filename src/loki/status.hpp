#pragma once

namespace metrics_event {

/// Loki's status when ingestion is blocked for a tenant: trouble, although 2xx means success.
inline constexpr int ingestion_blocked = 260;

/// The status of a receiver whose rate limit is exceeded (RFC 6585, section 4).
inline constexpr int too_many_requests = 429;

/// Returns true when an HTTP status means that a push was accepted: 200, 202 or 204 only.
constexpr bool is_acceptance(int status) {
  return status == 200 || status == 202 || status == 204;
}

} // namespace metrics_event
