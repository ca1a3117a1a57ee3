#pragma once

#include "loki/transport.hpp"

#include <chrono>

namespace metrics_event {

/// Returns a Transport that speaks HTTP/1.1, plain or over TLS, directly or through a proxy. An
/// attempt looks the host up, tries every address, sends the request and reads the answer, all by
/// the deadline. After a request that keeps its connection, the next request to the same receiver
/// uses it again, unless it has been idle for `longest_idle`: a firewall or a proxy in between may
/// have dropped an idle connection without notice.
Transport http_transport(std::chrono::milliseconds longest_idle = std::chrono::seconds{5});

} // namespace metrics_event
