#pragma once

#include "base/value.hpp"
#include "loki/transport.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// One thing that `check` looked at.
struct Finding {
  enum class Result { ok, warning, failed, note };

  std::string_view subject; // such as "lookup"
  Result result;
  std::string text;
};

/// What an attempt over a route met on its way: lookup, proxy, connection, TLS, certificate.
std::vector<Finding> findings_of_trace(const Route& route, const Reply& reply, Instant now);

/// Compares the clocks: `now` is ours at the time of the reply. Loki refuses entries more than 10
/// minutes ahead and 7 days behind (creation_grace_period, reject_old_samples_max_age); the warning
/// comes from 5 minutes on. `failed` is what it would refuse.
Finding compare_clocks(const Reply& reply, Instant now);

/// The paths at which the receiver behind a push URL may say whether it is ready: Loki's,
/// Promtail's, VictoriaLogs', Alloy's; below the same prefix as the push path.
std::vector<std::string> ready_targets(const Endpoint& endpoint);

/// Whether a reply says that the receiver is ready, or that it is not yet.
bool knows_readiness(const Reply& reply);

/// What came of asking them one after the other, until one of them knew.
Finding finding_of_readiness(std::span<const std::string> targets, std::span<const Reply> replies);

} // namespace metrics_event
