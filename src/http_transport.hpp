#pragma once

#include "transport.hpp"

namespace metrics_event {

/// A Transport over plain HTTP/1.1: looks the host up, tries every address, sends the request and
/// reads the answer (header up to 16 KiB, body up to 64 KiB), all by the deadline.
Reply http_transport(const Request& request, Deadline deadline);

} // namespace metrics_event
