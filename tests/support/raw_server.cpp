#include "raw_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cstdlib>
#include <stdexcept>

namespace metrics_event::testing {
namespace {

// Room for either family; the port lies at the same place in both.
struct Address {
  sockaddr_in6 bytes{};
  socklen_t size = sizeof bytes;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&bytes); }
};

Descriptor tcp_socket(int domain) {
  return Descriptor(
      check(::socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
}

Descriptor bound_socket(Family family, std::uint16_t port = 0) {
  auto socket = tcp_socket(family == Family::v4 ? AF_INET : AF_INET6);
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

Address address_of(const Descriptor& socket) {
  Address address;
  check(::getsockname(socket.get(), address.get(), &address.size), "getsockname");
  return address;
}

std::uint16_t port_of(const Descriptor& socket) {
  return ntohs(address_of(socket).bytes.sin6_port);
}

// How long the request is that begins with these bytes, npos while its header is incomplete.
std::size_t request_size(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return end;
  }
  std::string header(bytes.substr(0, end));
  for (char& letter : header) {
    letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  constexpr std::string_view name = "\r\ncontent-length:";
  const auto length = header.find(name);
  return end + 4 +
         (length == std::string::npos
              ? 0
              : std::strtoul(header.c_str() + length + name.size(), nullptr, 10));
}

} // namespace

RawServer::RawServer(std::vector<Behaviour> script, Family family, std::uint16_t port)
    : RawServer(std::move(script), bound_socket(family, port)) {}

RawServer::RawServer(ClosedPort port, std::vector<Behaviour> script)
    : RawServer(std::move(script), std::move(port.socket_)) {}

RawServer::RawServer(std::vector<Behaviour> script, Descriptor listener)
    : script_(std::move(script)), listener_(std::move(listener)), port_(port_of(listener_)),
      stop_(check(::eventfd(0, EFD_CLOEXEC), "eventfd")) {
  if (script_.empty()) {
    throw std::runtime_error("a server needs at least one behaviour");
  }
  check(::listen(listener_.get(), SOMAXCONN), "listen");
  acceptor_ = std::jthread([this] { accept_connections(); });
}

RawServer::~RawServer() {
  ::eventfd_write(stop_.get(), 1);
}

std::vector<std::string> RawServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

// Waits for the descriptor, without a limit; false when the server is to end.
bool RawServer::ready(const Descriptor& descriptor, short events) const {
  std::array<pollfd, 2> watched{{{stop_.get(), POLLIN, 0}, {descriptor.get(), events, 0}}};
  poll_until(watched, Clock::time_point::max());
  return watched[0].revents == 0;
}

void RawServer::accept_connections() {
  std::vector<std::jthread> connections; // joined at the end of this scope
  while (ready(listener_, POLLIN)) {
    Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client) {
      continue; // it was faster gone than accepted
    }
    const auto& behaviour = script_[std::min(connections.size(), script_.size() - 1)];
    connections.emplace_back(
        [this, &behaviour, client = std::move(client)] { serve(client, behaviour); });
  }
}

void RawServer::serve(const Descriptor& client, const Behaviour& behaviour) {
  bool listening = true;
  for (int served = 0; listening && served < behaviour.requests; ++served) {
    std::optional<std::string> request;
    if (behaviour.read_request &&
        !(request = read_request(client, behaviour.request_bytes.value_or(std::string::npos)))) {
      return;
    }
    // A reset before the client speaks could find it still connecting, and look like a refusal.
    if (behaviour.reset && !behaviour.read_request && !ready(client, POLLIN)) {
      return;
    }
    const int at_once = behaviour.piece != 0;
    ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    listening =
        send(client, behaviour.answer ? behaviour.answer(request.value_or("")) : behaviour.reply,
             behaviour.piece);
  }
  while (listening && !behaviour.repeated.empty()) {
    listening = send(client, behaviour.repeated, behaviour.piece);
  }
  if (behaviour.reset) {
    const linger none{1, 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    return;
  }
  if (behaviour.then_close) {
    ::shutdown(client.get(), SHUT_WR);
  }
  // A close with bytes unread is a reset, which can overtake the reply: read until the client goes.
  std::array<char, 65536> ignored;
  while (ready(client, POLLIN) && ::recv(client.get(), ignored.data(), ignored.size(), 0) > 0) {
  }
}

std::optional<std::string> RawServer::read_request(const Descriptor& client, std::size_t most) {
  std::string bytes;
  std::array<char, 65536> more;
  while (bytes.size() < request_size(bytes)) {
    if (bytes.size() == most) {
      return bytes;
    }
    if (!ready(client, POLLIN)) {
      return std::nullopt;
    }
    const auto count =
        ::recv(client.get(), more.data(), std::min(more.size(), most - bytes.size()), 0);
    if (count <= 0) {
      return std::nullopt;
    }
    bytes.append(more.data(), static_cast<std::size_t>(count));
  }
  const std::lock_guard lock(mutex_);
  requests_.push_back(bytes);
  return bytes;
}

bool RawServer::send(const Descriptor& client, std::string_view bytes, std::size_t piece) const {
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

std::string http_reply(int status, std::string_view reason, std::string_view body,
                       const std::vector<std::string>& headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason) + "\r\n";
  for (const auto& header : headers) {
    text += header + "\r\n";
  }
  if (status != 204) {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "Connection: close\r\n\r\n" + std::string(body);
}

ClosedPort::ClosedPort() : socket_(bound_socket(Family::v4)), port_(port_of(socket_)) {}

FullBacklog::FullBacklog() : listener_(bound_socket(Family::v4)) {
  check(::listen(listener_.get(), 0), "listen");
  auto address = address_of(listener_);
  // On loopback a connection is there at once or, its SYN dropped, not before a second has passed.
  pollfd filler{-1, POLLOUT, 0};
  do {
    if (fillers_.size() == 16) {
      throw std::runtime_error("the accept queue does not fill");
    }
    fillers_.push_back(tcp_socket(AF_INET));
    filler.fd = fillers_.back().get();
    if (::connect(filler.fd, address.get(), address.size) == -1 && errno != EINPROGRESS) {
      check(-1, "connect");
    }
  } while (poll_until({&filler, 1}, Clock::now() + std::chrono::milliseconds(300)));
}

std::uint16_t FullBacklog::port() const {
  return port_of(listener_);
}

} // namespace metrics_event::testing
