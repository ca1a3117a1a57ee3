#include "net/lookup.hpp"

#include "base/owned.hpp"
#include "base/text.hpp"
#include "loki/host.hpp"
#include "system/detached.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace metrics_event {
namespace {

std::string literal_of(const addrinfo& info) {
  std::array<char, NI_MAXHOST> text{};
  const int error = getnameinfo(info.ai_addr, info.ai_addrlen, text.data(),
                                static_cast<socklen_t>(text.size()), nullptr, 0, NI_NUMERICHOST);
  return error == 0 ? text.data() : "";
}

Lookup ask(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    const bool unknown = error == EAI_NONAME || error == EAI_NODATA || error == EAI_ADDRFAMILY;
    return unknown ? in_trouble(Trouble::unknown_host, "the host " + quote(host) + " is unknown")
                   : in_trouble(Trouble::lookup_failed,
                                "the lookup of " + quote(host) +
                                    " failed: " + lower_first(gai_strerror(error)));
  }
  const Owned<addrinfo, freeaddrinfo> owner{found};
  std::vector<std::string> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    addresses.push_back(literal_of(*info));
  }
  return addresses;
}

} // namespace

Lookup look_up(const std::string& host, Deadline deadline) {
  if (!address_bytes(host.substr(0, host.find('%'))).empty()) { // `%` begins the zone
    return std::vector{host};
  }
  if (is_localhost(host)) {
    return std::vector<std::string>{"127.0.0.1", "::1"};
  }
  // getaddrinfo can neither be interrupted nor be given a deadline.
  auto answer = run_detached(deadline, [host] { return ask(host); });
  if (answer) {
    return *std::move(answer);
  }
  if (answer.error() == std::errc::interrupted) {
    return in_trouble(Trouble::interrupted, "interrupted during the lookup of " + quote(host));
  }
  return answer.error() == std::errc::stream_timeout
             ? in_trouble(Trouble::timed_out,
                          "the name server did not answer for " + quote(host) + " in time")
             : in_trouble(Trouble::no_resources, system_words(answer.error()));
}

} // namespace metrics_event
