#pragma once

#include "entry.hpp"
#include "transport.hpp"

#include <boost/system/result.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The body of a push (Loki's HTTP API, `POST /loki/api/v1/push`, the JSON form). Neighbouring
/// entries of the same stream share it.
std::string push_body(std::span<const Entry> entries);

/// The request that carries `body`, with more headers after our own; an empty `org_id` sends no
/// tenant header.
Request push_request(Access access, const std::string& org_id, const Headers& more,
                     std::string body);

/// Largest body of a push that is sent, in bytes; Loki's own limit is a message of 4 MiB.
inline constexpr std::size_t largest_push = 1024UL * 1024;

/// The entries of a push body, or the reason why it is not one, in words. Stricter than Loki about
/// what follows the object.
boost::system::result<std::vector<Entry>, std::string> decode_push(std::string_view body);

} // namespace metrics_event
