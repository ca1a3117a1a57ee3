#pragma once

#include "loki/transport.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace metrics_event {

/// The addresses of a host as literals, in the order in which to try them, or else the trouble.
using Lookup = boost::system::result<std::vector<std::string>, Reply>;

/// Looks a host up. Returns by the deadline, or when a signal is noted, even if the name server
/// does not answer. An address literal, also one with a zone, stands for itself and `localhost`
/// means the loopback addresses (RFC 6761, section 6.3); neither asks a name server. Throws
/// std::system_error when no thread can be started.
Lookup look_up(const std::string& host, Deadline deadline);

} // namespace metrics_event
