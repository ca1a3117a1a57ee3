#include "loopback.hpp"

#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <list>

namespace metrics_event::testing {
namespace {

struct Connection {
  std::atomic<bool> has_ended = false;
  std::jthread thread{}; // the last member: joined while the other one still exists
};

} // namespace

Descriptor bound_socket(Family family, std::uint16_t port) {
  Descriptor socket(check(::socket(family == Family::v4 ? AF_INET : AF_INET6,
                                   SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                          "socket"));
  const int on = port == 0 ? 0 : 1; // what lingers of former connections is no hindrance
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "setsockopt");
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = in6addr_loopback;
  check(family == Family::v4
            ? ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&v4), sizeof v4)
            : ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&v6), sizeof v6),
        "bind");
  return socket;
}

std::uint16_t port_of(const Descriptor& socket) {
  sockaddr_in6 address{}; // room for either family; the port lies at the same place in both
  socklen_t size = sizeof address;
  check(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin6_port);
}

ClosedPort::ClosedPort() : socket_(bound_socket(Family::v4)), port_(port_of(socket_)) {}

LoopbackServer::LoopbackServer(Descriptor listener, Serve serve)
    : serve_(std::move(serve)), listener_(std::move(listener)), port_(port_of(listener_)),
      stop_(check(::eventfd(0, EFD_CLOEXEC), "eventfd")) {
  check(::listen(listener_.get(), SOMAXCONN), "listen");
  acceptor_ = std::jthread([this] { accept_connections(); });
}

LoopbackServer::~LoopbackServer() {
  ::eventfd_write(stop_.get(), 1);
}

bool LoopbackServer::ready(const Descriptor& client, short events) const {
  std::array<pollfd, 2> watched{{{stop_.get(), POLLIN, 0}, {client.get(), events, 0}}};
  poll_until(watched, Clock::time_point::max());
  return watched[0].revents == 0;
}

bool LoopbackServer::pause(Clock::time_point until) const {
  pollfd stop{stop_.get(), POLLIN, 0};
  return !poll_until({&stop, 1}, until);
}

bool LoopbackServer::send(const Descriptor& client, std::string_view bytes,
                          std::size_t piece) const {
  while (!bytes.empty()) {
    if (!ready(client, POLLOUT)) {
      return false;
    }
    const auto count =
        ::send(client.get(), bytes.data(),
               piece == 0 ? bytes.size() : std::min(piece, bytes.size()), MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EAGAIN) {
      return false; // the client has gone
    }
  }
  return true;
}

void LoopbackServer::drain(const Descriptor& client) const {
  std::array<char, 65536> ignored;
  while (ready(client, POLLIN) && ::recv(client.get(), ignored.data(), ignored.size(), 0) > 0) {
  }
}

bool LoopbackServer::is_quiet() const {
  const std::lock_guard lock(mutex_);
  pollfd waiting{listener_.get(), POLLIN, 0};
  return served_ == 0 && ::poll(&waiting, 1, 0) == 0;
}

void LoopbackServer::accept_connections() {
  std::list<Connection> connections; // joined at the end of this scope
  for (std::size_t number = 0; ready(listener_, POLLIN);) {
    std::unique_lock lock(mutex_); // so that a connection is always seen as waiting or as served
    Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client) {
      continue; // it was faster gone than accepted
    }
    ++served_;
    lock.unlock();
    connections.remove_if([](const Connection& one) { return one.has_ended.load(); });
    Connection& connection = connections.emplace_back();
    connection.thread =
        std::jthread([this, &connection, number, client = std::move(client)]() mutable {
          serve_(std::move(client), number);
          const std::lock_guard end(mutex_);
          --served_;
          connection.has_ended = true;
        });
    ++number;
  }
}

} // namespace metrics_event::testing
