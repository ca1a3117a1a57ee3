#pragma once

#include "loki/header.hpp"
#include "loki/transport.hpp"
#include "net/connection.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// A request as it is sent. `exchange` adds Content-Length, and `Connection: close` unless the
/// connection is kept; to CONNECT it adds neither.
struct HttpMessage {
  std::string_view method;
  std::string target;
  Headers headers; // Host comes first
  std::string_view body;
  bool keeps_connection = false;
  std::size_t largest_body = 64UL * 1024; // of the answer; the rest is not read
};

/// The result of an exchange.
struct Exchanged {
  Reply reply;
  bool is_reusable = false; // the connection can carry another request
};

/// Sends one request and reads the answer: a header of up to 16 KiB and the beginning
/// of the body. After a successful CONNECT (RFC 9110, section 9.3.6) the tunnel follows the header,
/// so no body is read. Trouble is returned in the reply.
Exchanged exchange(Connection& connection, const HttpMessage& request);

} // namespace metrics_event
