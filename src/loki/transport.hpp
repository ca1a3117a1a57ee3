#pragma once

#include "base/time.hpp"
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

// The interface of the transport stands here and not in net/, which implements it: `judge` and
// `push_request` speak of replies and requests, and are pure functions below net/.

class TlsContext;

/// The parameters of the connection to a receiver, which all requests to it share.
struct Route {
  Endpoint endpoint;
  Secret authorization;                        // value of the Authorization header; empty: none
  ExtraHeaders headers;                        // extra headers from the settings
  std::vector<Secret> secrets;                 // sent values that no message may show
  std::optional<Endpoint> proxy;               // none: a direct connection
  std::shared_ptr<const TlsContext> tls;       // set for an https endpoint
  std::chrono::milliseconds connect_timeout{}; // for each address of the host
  std::string hint;                            // appended to the message when access is denied
};

/// One HTTP request to a receiver.
struct Request {
  Route route;
  Headers headers;       // besides Host, Content-Length and Authorization
  std::string_view body; // the sender keeps it alive
  std::string method = "POST";
  bool keeps_connection = false; // more requests will follow
  bool is_query = false;         // the answer is read for its entries and is never shown
};

/// The reason why an attempt received no complete HTTP response.
enum class Trouble {
  none,
  unknown_host,      // the name does not exist
  lookup_failed,     // the name server failed; it may answer later
  no_connection,     // no address accepted the connection
  connect_timed_out, // no address accepted the connection within its time limit
  timed_out,         // the deadline passed
  connection_lost,   // closed or broken before the response was complete
  tls_failed,        // no common TLS version or cipher, or one side does not trust the other
  not_http,          // the response is not HTTP, or its header exceeds the limits
  interrupted,       // a signal asked the process to end
  no_resources,      // this machine lacks descriptors, threads or memory for the attempt
};

/// The fields of a receiver's certificate that are shown.
struct Certificate {
  std::string subject; // the common name, or the name that the certificate was issued for
  std::string issuer;
  std::chrono::sys_seconds expires;
};

/// The course of an attempt. Members that belong to steps it did not reach are empty.
struct Trace {
  std::vector<std::string> addresses; // of the receiver, or of the proxy if there is one
  std::string peer;                   // the address and port that accepted the connection
  std::string tls_version;            // such as TLSv1.3; empty: no TLS
  std::optional<Certificate> certificate;
};

/// The result of one attempt. With trouble, only `detail`, `is_sent`, `proxy`, `at_proxy` and
/// `trace` are set. The body of a refusal may be incomplete.
struct Reply {
  Trouble trouble = Trouble::none;
  std::string detail;     // what happened, in words: "127.0.0.1:3100: connection refused"
  bool is_sent = false;   // with trouble: some of the request may have reached the receiver
  bool is_silent = false; // a connection without TLS was closed before anything came back
  std::string proxy;      // the proxy in use, redacted; empty: none
  bool at_proxy = false;  // the trouble or the status is the proxy's, not the receiver's
  int status = 0;
  std::string location;     // of a redirect, as received
  std::string content_type; // as received
  std::string retry_after;  // as received
  std::string date;         // as received
  std::string body;         // at most the first 64 KiB, or 8 MiB of the answer to a query
  Trace trace;
};

/// Returns a reply that reports trouble.
inline Reply in_trouble(Trouble trouble, std::string detail) {
  return {.trouble = trouble, .detail = std::move(detail)};
}

/// Returns the reply for an attempt that a noted signal ended.
inline Reply interrupted() {
  return in_trouble(Trouble::interrupted, "the attempt was interrupted");
}

/// A function that makes one attempt and returns by the deadline, whatever the other side does. A
/// signal that asks the process to end (see `note_signals`) ends the attempt at once. Network
/// trouble is reported in the reply, never thrown.
using Transport = std::function<Reply(const Request& request, Deadline deadline)>;

} // namespace metrics_event
