#pragma once

#include "base/value.hpp"
#include "system/descriptor.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <span>

struct iovec;

namespace metrics_event {

/// A stream socket. Every call waits until the deadline and no longer: then its error is
/// asio::error::timed_out, or asio::error::interrupted when a signal is noted.
class Socket {
public:
  Socket() = default;

  /// Goes on with one that is connected already, of whatever family.
  explicit Socket(Descriptor connected);

  /// Connects to a peer, by a new socket.
  boost::system::error_code connect(const boost::asio::ip::tcp::endpoint& peer, Deadline deadline);

  /// Sends some of the parts and returns how much.
  std::size_t send(std::span<const iovec> parts, Deadline deadline,
                   boost::system::error_code& error) const;

  /// Receives what has come; the end is asio::error::eof.
  std::size_t receive(std::span<char> room, Deadline deadline,
                      boost::system::error_code& error) const;

  /// Waits until it is ready for these events of poll(2).
  boost::system::error_code await(short events, Deadline deadline) const;

  /// Whether something has come that nobody has received, be it the end.
  bool has_input() const;

  int descriptor() const { return descriptor_.get(); }

private:
  template <class Call>
  std::size_t repeat(Call&& call, short events, Deadline deadline,
                     boost::system::error_code& error) const;

  Descriptor descriptor_;
};

} // namespace metrics_event
