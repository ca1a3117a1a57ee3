#pragma once

#include "base/time.hpp"
#include "system/descriptor.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <span>

struct iovec;

namespace metrics_event {

/// A non-blocking stream socket. Every call waits until the deadline at the latest. At the deadline
/// its error is asio::error::timed_out; when a signal is noted, it is asio::error::interrupted.
class Socket {
public:
  Socket() = default;

  /// Takes over a stream socket of any address family that is already connected.
  explicit Socket(Descriptor connected);

  /// Closes the current socket, if any, and connects a new one to the peer.
  boost::system::error_code connect(const boost::asio::ip::tcp::endpoint& peer, Deadline deadline);

  /// Sends at least the beginning of the parts and returns the number of bytes sent.
  std::size_t send(std::span<const iovec> parts, Deadline deadline,
                   boost::system::error_code& error) const;

  /// Receives the bytes that are available, waiting for the first, and returns their number. The
  /// end of the stream is the error asio::error::eof.
  std::size_t receive(std::span<char> room, Deadline deadline,
                      boost::system::error_code& error) const;

  /// Waits until the socket is ready for these events of poll(2).
  boost::system::error_code await(short events, Deadline deadline) const;

  /// Returns true when unread input, the end of the stream or an error is pending.
  bool has_input() const;

  int descriptor() const { return descriptor_.get(); }

private:
  template <class Call>
  std::size_t repeat(Call&& call, short events, Deadline deadline,
                     boost::system::error_code& error) const;

  Descriptor descriptor_;
};

} // namespace metrics_event
