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

/// One connection to a receiver or a proxy: TCP, with TLS on top once it is started. Every step
/// waits until the deadline at the latest; a noted signal ends the wait sooner, as in Socket.
class Connection {
public:
  Connection() = default;

  /// Takes over a stream socket of any address family that is already connected.
  explicit Connection(Descriptor connected) : socket_{std::move(connected)} {}

  /// Sets the deadline for the steps that follow.
  void set_deadline(Deadline deadline) { deadline_ = deadline; }

  /// Looks the host up, which may be an IPv6 address with a zone, and tries its addresses in turn,
  /// each for at most `connect_timeout`. Returns nothing on success, or else the trouble.
  std::optional<Reply> open(const std::string& host, std::uint16_t port,
                            std::chrono::milliseconds connect_timeout);

  /// Starts TLS with `host`, which may be at the far end of a tunnel. Returns nothing on success,
  /// or else the trouble.
  std::optional<Reply> start_tls(const TlsContext& context, const std::string& host);

  /// Sends at least the beginning of the parts and returns the number of bytes sent.
  std::size_t send(std::span<const iovec> parts, boost::system::error_code& error);

  /// Receives the bytes that are available, waiting for the first, and returns their number.
  std::size_t receive(std::span<char> room, boost::system::error_code& error);

  /// Returns true when unread input, the end of the stream or an error is pending.
  bool has_input() const { return socket_.has_input(); }

  /// Returns the reply that describes a TLS error. TLS must have been started.
  Reply tls_trouble(const boost::system::error_code& error) const;

  /// Returns true once TLS was started.
  bool has_tls() const { return tls_.has_value(); }

  /// Returns the facts recorded about the connection so far: addresses, peer, TLS version and
  /// certificate.
  const Trace& trace() const { return trace_; }

private:
  Deadline deadline_ = Deadline::max();
  Socket socket_;
  std::optional<TlsStream> tls_; // runs over the socket; none before TLS is started
  Trace trace_;
};

} // namespace metrics_event
