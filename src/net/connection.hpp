#pragma once

#include "loki/transport.hpp"
#include "net/socket.hpp"
#include "net/tls_stream.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace metrics_event {

/// One connection to a receiver or a proxy: TCP, and TLS over it when that is started. Every step
/// is waited for as a Socket does it, until the deadline and no longer.
class Connection {
public:
  Connection() = default;

  /// Goes on with a stream that is connected already, of whatever family.
  explicit Connection(Descriptor connected) : socket_{std::move(connected)} {}

  /// Until when the steps that follow are waited for.
  void set_deadline(Deadline deadline) { deadline_ = deadline; }

  /// Looks the host up and tries each of its addresses. Returns the trouble, if any.
  std::optional<Reply> open(const std::string& host, std::uint16_t port,
                            std::chrono::milliseconds connect_timeout);

  /// Goes on in TLS with `host`, which may be behind a tunnel. Returns the trouble, if any.
  std::optional<Reply> start_tls(const TlsContext& context, const std::string& host);

  /// Sends some of the parts and returns how much.
  std::size_t send(std::span<const iovec> parts, boost::system::error_code& error);

  /// Receives what has come.
  std::size_t receive(std::span<char> room, boost::system::error_code& error);

  /// Whether something has come that nobody has received, be it the end.
  bool has_input() const { return socket_.has_input(); }

  /// The trouble that an error of TLS is, once it has been started.
  Reply tls_trouble(const boost::system::error_code& error) const;

  /// What is known about the way so far.
  const Trace& trace() const { return trace_; }

private:
  Deadline deadline_ = Deadline::max();
  Socket socket_;
  std::optional<TlsStream> tls_; // over the socket
  bool has_certificate_ = false;
  Trace trace_;
};

} // namespace metrics_event
