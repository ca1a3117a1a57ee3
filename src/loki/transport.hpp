#pragma once

#include "base/value.hpp"
#include "loki/endpoint.hpp"
#include "loki/header.hpp"
#include "loki/secret.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

class TlsContext;

/// The way to a receiver, which is the same for all requests to it.
struct Route {
  Endpoint endpoint;
  Secret authorization;                        // the value of that header; empty: none
  Headers headers;                             // more of them, from the settings
  std::vector<Secret> secrets;                 // sent, and not to be shown when they come back
  std::optional<Endpoint> proxy;               // none: direct
  std::shared_ptr<const TlsContext> tls;       // for an https endpoint
  std::chrono::milliseconds connect_timeout{}; // for each address
  std::string hint;                            // ends the message where access is denied
};

/// One HTTP request.
struct Request {
  Route route;
  Headers headers;       // besides Host, Content-Length and Authorization
  std::string_view body; // which whoever sends it keeps
  std::string method = "POST";
  bool keeps_connection = false; // more will follow
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
  tls_failed,        // the two sides have no TLS in common, or one does not trust the other
  not_http,          // the answer is not HTTP, or exceeds the limits for its header
  interrupted,       // a signal asked the process to end
  no_resources,      // this machine has too few descriptors, threads or memory for it
};

/// What a receiver's certificate says.
struct Certificate {
  std::string subject; // its common name, or what it was issued for
  std::string issuer;
  std::chrono::sys_seconds expires;
};

/// What an attempt met on its way to the receiver, as far as it came.
struct Trace {
  std::vector<std::string> addresses; // of the receiver, or of the proxy
  std::string peer;                   // the address and port that took the connection
  std::string tls_version;            // such as TLSv1.3; empty: no TLS
  std::optional<Certificate> certificate;
};

/// What came of one attempt. With trouble, only `detail`, the proxy and `trace` are filled. A
/// refusal may lack the rest of its body.
struct Reply {
  Trouble trouble = Trouble::none;
  std::string detail;    // what happened, in words: "127.0.0.1:3100: connection refused"
  std::string proxy;     // that was used, as shown; empty: none
  bool at_proxy = false; // the trouble or the status is the proxy's, not the receiver's
  int status = 0;
  std::string location;     // of a redirect
  std::string content_type; // as given
  std::string retry_after;  // as given
  std::string date;         // as given
  std::string body;         // at most the first 64 KiB
  Trace trace;
};

/// A reply that consists of trouble.
inline Reply in_trouble(Trouble trouble, std::string detail) {
  return {.trouble = trouble, .detail = std::move(detail)};
}

/// The reply of an attempt that a noted signal ended.
inline Reply interrupted() {
  return in_trouble(Trouble::interrupted, "a signal ended the attempt");
}

/// Makes one attempt and returns by the deadline, whatever the other side does; a signal that is
/// noted ends it at once. Never throws for
/// trouble of the network.
using Transport = std::function<Reply(const Request& request, Deadline deadline)>;

} // namespace metrics_event
