#pragma once

#include "loki/header.hpp"
#include "loki/transport.hpp"
#include "net/connection.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// A request as it stands on the wire; Content-Length is added, and `Connection: close` unless the
/// connection is kept.
struct HttpMessage {
  std::string_view method;
  std::string target;
  Headers headers; // Host first
  std::string_view body;
  bool keeps_connection = false;
};

/// What came of it.
struct Exchanged {
  Reply reply;
  bool is_silent = true;    // not a byte came
  bool is_reusable = false; // the connection takes another request
};

/// Sends one request and reads the answer: a header of up to 16 KiB and the first 64 KiB of the
/// body. After CONNECT (RFC 9110, section 9.3.6) the body of a success is the tunnel and not read.
Exchanged exchange(Connection& connection, const HttpMessage& request);

} // namespace metrics_event
