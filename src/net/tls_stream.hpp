#pragma once

#include "net/socket.hpp"
#include "net/tls.hpp"
#include "net/tls_trouble.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace metrics_event {

/// TLS over a socket, which must outlive it. Waits as the socket does; errors of OpenSSL are of
/// asio's category for them.
class TlsStream {
public:
  /// With `host`, which the receiver's certificate must be issued for.
  TlsStream(const TlsContext& context, const std::string& host, const Socket& socket);

  /// Agrees with the other side; nothing else comes before.
  boost::system::error_code handshake(Deadline deadline);

  /// Sends some of a text, which is not empty, and returns how much.
  std::size_t send(std::span<const char> text, Deadline deadline, boost::system::error_code& error);

  /// Receives what has come; the end is asio::error::eof, one without TLS's own
  /// asio::ssl::error::stream_truncated.
  std::size_t receive(std::span<char> room, Deadline deadline, boost::system::error_code& error);

  /// What is wrong with the receiver's certificate, and what mends it; empty when nothing is.
  const std::string& distrust() const { return verification_->words(); }

  /// Why TLS failed, in words with a remedy, from an error of OpenSSL.
  std::string words(const boost::system::error_code& error) const;

  /// Completes what is known about the way by what TLS agreed on.
  void describe(Trace& trace) const;

private:
  template <class Step>
  std::size_t repeat(Step&& step, Deadline deadline, boost::system::error_code& error);

  const Socket& socket_;
  std::unique_ptr<Verification> verification_; // which OpenSSL knows by its address
  TlsClient tls_;
};

} // namespace metrics_event
