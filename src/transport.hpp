#pragma once

#include "endpoint.hpp"
#include "header.hpp"
#include "value.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace metrics_event {

/// One HTTP POST.
struct Request {
  Endpoint endpoint;
  Headers headers; // besides Host and Content-Length
  std::string body;
  std::chrono::milliseconds connect_timeout; // for each address
};

/// Why an attempt brought no complete HTTP answer.
enum class Trouble {
  none,
  unknown_host,      // the name does not exist
  lookup_failed,     // the name server could not say; it may later
  no_connection,     // no address took the connection
  connect_timed_out, // no address took the connection within the time for one
  timed_out,         // the deadline passed
  connection_lost,   // closed or broken before the answer was complete
  not_http,          // the answer is not HTTP, or exceeds the limits for its header
  no_resources,      // this machine has too few descriptors, threads or memory for it
};

/// What came of one attempt. With trouble, only `detail` is filled. A refusal may lack the rest of
/// its body.
struct Reply {
  Trouble trouble = Trouble::none;
  std::string detail; // what happened, in words: "127.0.0.1:3100: connection refused"
  int status = 0;
  std::string location; // of a redirect
  std::string body;     // at most the first 64 KiB
};

/// Makes one attempt and returns by the deadline, whatever the other side does. Never throws for
/// trouble of the network.
using Transport = std::function<Reply(const Request& request, Deadline deadline)>;

} // namespace metrics_event
