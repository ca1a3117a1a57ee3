#pragma once

#include "transport.hpp"

namespace metrics_event {

/// A Transport over HTTP/1.1, plain or in TLS, direct or through a proxy: looks the host up, tries
/// every address, sends the request and reads the answer, all by the deadline.
Reply http_transport(const Request& request, Deadline deadline);

} // namespace metrics_event
