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

/// TLS over a socket, which must outlive it. It waits as the socket does. Errors of OpenSSL belong
/// to the category asio::error::get_ssl_category().
class TlsStream {
public:
  /// Prepares TLS with `host`, for which the receiver's certificate must have been issued. Throws
  /// as `new_tls_client` does.
  TlsStream(const TlsContext& context, const std::string& host, const Socket& socket);

  /// Performs the TLS handshake, which must come before anything is sent or received.
  boost::system::error_code handshake(Deadline deadline);

  /// Sends at least the beginning of a text, which must not be empty, and returns the number of
  /// bytes sent.
  std::size_t send(std::span<const char> text, Deadline deadline, boost::system::error_code& error);

  /// Receives the bytes that are available, waiting for the first, and returns their number. The
  /// end of the stream is the error asio::error::eof; an end without TLS's closing alert is
  /// asio::ssl::error::stream_truncated.
  std::size_t receive(std::span<char> room, Deadline deadline, boost::system::error_code& error);

  /// Says why verification rejects the receiver's certificate and what to do about it; empty when
  /// it has found no fault or has not taken place.
  const std::string& distrust() const { return verification_->message(); }

  /// Says why TLS failed, with a remedy, given an error of OpenSSL.
  std::string message(const boost::system::error_code& error) const;

  /// Adds the TLS version and the receiver's certificate to the trace.
  void describe(Trace& trace) const;

private:
  template <class Step>
  std::size_t repeat(Step&& step, Deadline deadline, boost::system::error_code& error);

  const Socket& socket_;
  std::unique_ptr<Verification> verification_; // OpenSSL holds its address, so it must not move
  TlsClient tls_;
};

} // namespace metrics_event
