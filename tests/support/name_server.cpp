#include "name_server.hpp"

#include "descriptor.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <thread>

namespace metrics_event::testing {
namespace {

using NameAnswer = NameServer::Answer;

void append_number(std::string& bytes, unsigned number) {
  bytes += {static_cast<char>(number >> 8 & 0xff), static_cast<char>(number & 0xff)};
}

// RFC 1035: the header, the question as it came, and for each address of the type that was asked
// for a record whose name points back to the question.
std::string dns_reply(std::string_view query, const NameServer& names) {
  constexpr std::size_t header = 12;
  const auto name_end = query.find('\0', header);
  if (name_end == query.npos || query.size() < name_end + 5) {
    return {};
  }
  const auto type = query.substr(name_end + 1, 2);
  const int family = type == std::string_view("\0\x01", 2)   ? AF_INET
                     : type == std::string_view("\0\x1c", 2) ? AF_INET6
                                                             : AF_UNSPEC;

  std::string records;
  unsigned count = 0;
  for (const auto& address : names.addresses) {
    std::array<char, sizeof(in6_addr)> raw{};
    if (family == AF_UNSPEC || ::inet_pton(family, address.c_str(), raw.data()) != 1) {
      continue;
    }
    const unsigned length = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
    append_number(records, 0xc000 | header);
    records.append(type).append({0, 1, 0, 0, 0, 60}); // class IN, for a minute
    append_number(records, length);
    records.append(raw.data(), length);
    ++count;
  }

  const unsigned code = names.answer == NameAnswer::no_such_name     ? 3
                        : names.answer == NameAnswer::server_failure ? 2
                                                                     : 0;
  std::string reply(query.substr(0, 2));
  for (const unsigned number : {0x8180 | code, 1U, count, 0U, 0U}) {
    append_number(reply, number);
  }
  return reply.append(query.substr(header, name_end + 5 - header)).append(records);
}

void serve_names(const Descriptor& socket, const NameServer& names) {
  std::array<char, 512> query;
  for (;;) {
    sockaddr_in client{};
    socklen_t size = sizeof client;
    auto* const address = reinterpret_cast<sockaddr*>(&client);
    const auto count = ::recvfrom(socket.get(), query.data(), query.size(), 0, address, &size);
    if (count <= 0 || names.answer == NameAnswer::silent) {
      continue;
    }
    const auto reply = dns_reply({query.data(), static_cast<std::size_t>(count)}, names);
    ::sendto(socket.get(), reply.data(), reply.size(), 0, address, size);
  }
}

} // namespace

void start_name_server(const NameServer& names) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(53);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Descriptor socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
        "bind 127.0.0.1:53");
  std::thread([socket = std::move(socket), names] { serve_names(socket, names); }).detach();
}

} // namespace metrics_event::testing
