#pragma once

#include "base/time.hpp"
#include "delivery/asker.hpp"
#include "loki/transport.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// One finding of `check`.
struct Finding {
  enum class Result { ok, warning, failed, note };

  std::string_view subject; // such as "lookup"
  Result result;
  std::string text;
};

/// Returns what one attempt over a route showed: lookup, proxy, connection, TLS and certificate.
std::vector<Finding> findings_of_trace(const Route& route, const Reply& reply, Instant now);

/// Compares the Date of a reply with `now`, the local time at which it arrived. The finding is
/// `failed` when Loki would refuse entries with the local time, because it is beyond `most_ahead`
/// or `most_behind`, and a warning from 5 minutes on.
Finding compare_clocks(const Reply& reply, Instant now);

/// Returns the paths that may report readiness behind a push URL: those of Loki, Promtail,
/// VictoriaLogs and Alloy, below the same prefix as the push path.
std::vector<std::string> ready_targets(const Endpoint& endpoint);

/// Returns whether a reply says that the receiver is ready or that it is not ready yet.
bool knows_readiness(const Reply& reply);

/// Returns the finding after the targets were asked one after the other, until one reply told the
/// readiness.
Finding finding_of_readiness(std::span<const std::string> targets, std::span<const Reply> replies);

/// Returns the finding about asking: from the result for one event, the status of the answer, and
/// the trouble that kept the receiver from answering, if any.
Finding finding_of_query(Stored stored, int http_status, const std::string& trouble);

/// Returns the finding when there is no place to ask.
Finding finding_of_no_query();

} // namespace metrics_event
