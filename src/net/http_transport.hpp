#pragma once

#include "loki/transport.hpp"

#include <chrono>

namespace metrics_event {

/// A Transport over HTTP/1.1, plain or in TLS, direct or through a proxy: looks the host up, tries
/// every address, sends the request and reads the answer, all by the deadline. After a request that
/// keeps it, the connection serves the next one to the same receiver, unless it was idle for long:
/// what is between may have forgotten it without a word.
Transport http_transport(std::chrono::milliseconds longest_idle = std::chrono::seconds{5});

} // namespace metrics_event
