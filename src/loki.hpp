#pragma once

#include "entry.hpp"
#include "transport.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The body of a push (Loki's HTTP API, `POST /loki/api/v1/push`, the JSON form). Neighbouring
/// entries of the same stream share it.
std::string push_body(std::span<const Entry> entries);

/// The request that carries `body`; an empty `org_id` sends no tenant header.
Request push_request(const Endpoint& endpoint, const std::string& org_id, std::string body,
                     std::chrono::milliseconds connect_timeout);

/// The entries of a push body; takes what Loki takes, structured metadata is not looked at. Throws
/// Failure (data) with the reason why the body is not a push.
std::vector<Entry> decode_push(std::string_view body);

} // namespace metrics_event
