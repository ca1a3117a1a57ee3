#pragma once

#include "loki/transport.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace metrics_event {

/// The addresses of a host, as literals, in the order in which to try them; or the trouble.
using Lookup = boost::system::result<std::vector<std::string>, Reply>;

/// Looks a host up, by the deadline or the noted signal even when the name server is silent.
/// Address literals stand for themselves, and `localhost` means loopback (RFC 6761, section 6.3):
/// neither asks anybody.
Lookup look_up(const std::string& host, Deadline deadline);

} // namespace metrics_event
