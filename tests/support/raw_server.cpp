#include "raw_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace metrics_event::testing {
namespace {

Descriptor nonblocking_socket() {
  return Descriptor(
      check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
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
    : RawServer(std::move(script), std::move(port).release()) {}

RawServer::RawServer(std::vector<Behaviour> script, Descriptor listener)
    : script_(std::move(script)),
      server_(std::move(listener), [this](const Descriptor& client, std::size_t number) {
        serve(client, script_.at(std::min(number - queries_, script_.size() - 1)));
      }) {
  if (script_.empty()) {
    throw std::runtime_error("a server needs at least one behaviour");
  }
}

std::vector<std::string> RawServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void RawServer::serve(const Descriptor& client, const Behaviour& behaviour) {
  bool listening = true;
  for (int served = 0; listening && served < behaviour.requests; ++served) {
    std::optional<std::string> request;
    if (behaviour.read_request &&
        !(request = read_push(client, behaviour.request_bytes.value_or(std::string::npos)))) {
      return;
    }
    // A reset before the client speaks could find it still connecting, and look like a refusal.
    if (behaviour.reset && !behaviour.read_request && !server_.ready(client, POLLIN)) {
      return;
    }
    const int at_once = behaviour.piece != 0;
    ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    // The end of the last reply waits for the close: who has read it sees that, too.
    const int corked = at_once == 0 && behaviour.then_close && behaviour.repeated.empty() &&
                       !behaviour.reset && served + 1 == behaviour.requests;
    ::setsockopt(client.get(), IPPROTO_TCP, TCP_CORK, &corked, sizeof corked);
    listening = server_.send(
        client, behaviour.answer ? behaviour.answer(request.value_or("")) : behaviour.reply,
        behaviour.piece);
  }
  while (listening && !behaviour.repeated.empty()) {
    listening = server_.send(client, behaviour.repeated, behaviour.piece);
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
  server_.drain(client);
}

std::optional<std::string> RawServer::read_request(const Descriptor& client, std::size_t most) {
  std::string bytes;
  std::array<char, 65536> more;
  while (bytes.size() < request_size(bytes)) {
    if (bytes.size() == most) {
      return bytes;
    }
    if (!server_.ready(client, POLLIN)) {
      return std::nullopt;
    }
    const auto count =
        ::recv(client.get(), more.data(), std::min(more.size(), most - bytes.size()), 0);
    if (count <= 0) {
      return std::nullopt;
    }
    bytes.append(more.data(), static_cast<std::size_t>(count));
  }
  return bytes;
}

std::optional<std::string> RawServer::read_push(const Descriptor& client, std::size_t most) {
  auto request = read_request(client, most);
  if (request && request->starts_with("GET ") &&
      request->find("/query_range?") != std::string::npos) {
    queries_ += 1;
    server_.send(client, http_reply(404, "Not Found"));
    server_.drain(client);
    return std::nullopt;
  }
  if (request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(*request);
  }
  return request;
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

FullBacklog::FullBacklog() : listener_(bound_socket(Family::v4)) {
  check(::listen(listener_.get(), 0), "listen");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // On loopback a connection is there at once or, its SYN dropped, not before a second has passed.
  pollfd filler{-1, POLLOUT, 0};
  do {
    if (fillers_.size() == 16) {
      throw std::runtime_error("the accept queue does not fill");
    }
    fillers_.push_back(nonblocking_socket());
    filler.fd = fillers_.back().get();
    if (::connect(filler.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == -1 &&
        errno != EINPROGRESS) {
      check(-1, "connect");
    }
  } while (poll_until({&filler, 1}, Clock::now() + std::chrono::milliseconds(300)));
}

std::uint16_t FullBacklog::port() const {
  return port_of(listener_);
}

} // namespace metrics_event::testing
