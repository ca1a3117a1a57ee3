#pragma once

#include "transport.hpp"

namespace metrics_event {

/// A Transport over HTTP/1.1, plain or in TLS, direct or through a proxy: looks the host up, tries
/// every address, sends the request and reads the answer, all by the deadline. After a request that
/// keeps it, the connection serves the next one to the same receiver.
Transport http_transport();

} // namespace metrics_event
