#pragma once

#include "descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

namespace metrics_event::testing {

/// The loopback address to listen on: 127.0.0.1 or ::1.
enum class Family { v4, v6 };

/// Returns a TCP socket that is bound to a loopback port and does not listen yet; port 0 is any
/// free one. Throws std::system_error when the port is taken.
Descriptor bound_socket(Family family, std::uint16_t port = 0);

/// Returns the port that a socket is bound to.
std::uint16_t port_of(const Descriptor& socket);

/// A port on 127.0.0.1 on which nothing listens, and nothing else will as long as this lives.
class ClosedPort {
public:
  ClosedPort();

  std::uint16_t port() const { return port_; }

  /// Returns the socket, for a server that opens the port.
  Descriptor release() && { return std::move(socket_); }

private:
  Descriptor socket_;
  std::uint16_t port_;
};

/// A server on a loopback port that serves every connection in a thread of its own. The destructor
/// ends all waits below, and with them the threads.
class LoopbackServer {
public:
  /// Serves a connection; the first one has number 0.
  using Serve = std::function<void(Descriptor client, std::size_t number)>;

  LoopbackServer(Descriptor listener, Serve serve);
  ~LoopbackServer();

  std::uint16_t port() const { return port_; }

  /// Waits for the client without a limit. Returns false when the server is to end.
  bool ready(const Descriptor& client, short events) const;

  /// Waits until a time. Returns false when the server is to end before.
  bool pause(Clock::time_point until) const;

  /// Sends all bytes, or `piece` bytes in each write if it is not 0. Returns false when the client
  /// has gone or the server is to end.
  bool send(const Descriptor& client, std::string_view bytes, std::size_t piece = 0) const;

  /// Reads and ignores what the client sends until it goes or the server is to end.
  void drain(const Descriptor& client) const;

  /// Returns true when no connection is open or waits to be accepted.
  bool is_quiet() const;

private:
  void accept_connections();

  Serve serve_;
  Descriptor listener_;
  std::uint16_t port_;
  Descriptor stop_; // an eventfd, readable for good once the server is to end
  mutable std::mutex mutex_;
  std::size_t served_ = 0; // connections at present
  std::jthread acceptor_;  // the last member: joined while the others still exist
};

} // namespace metrics_event::testing
