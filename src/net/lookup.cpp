#include "net/lookup.hpp"

#include "base/owned.hpp"
#include "base/text.hpp"
#include "loki/host.hpp"
#include "system/descriptor.hpp"
#include "system/error.hpp"
#include "system/signals.hpp"

#include <netdb.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

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

// The state shared with the thread that asks, which may outlive its caller.
struct Question {
  std::mutex mutex;
  std::optional<Lookup> answer;
  Descriptor answered{eventfd(0, EFD_CLOEXEC)}; // readable once there is an answer
};

} // namespace

Lookup look_up(const std::string& host, Deadline deadline) {
  if (!address_bytes(host).empty()) {
    return std::vector{host};
  }
  if (is_localhost(host)) {
    return std::vector<std::string>{"127.0.0.1", "::1"};
  }
  const auto question = std::make_shared<Question>();
  if (!question->answered) {
    return in_trouble(Trouble::no_resources, system_words(last_error()));
  }
  // getaddrinfo can neither be interrupted nor be given a deadline, so its thread is detached and
  // left behind when it is late.
  std::thread{[question, host] {
    Lookup answer = ask(host);
    const std::lock_guard lock{question->mutex};
    question->answer = std::move(answer);
    eventfd_write(question->answered.get(), 1);
  }}.detach();

  await_input(question->answered.get(), deadline);
  const std::lock_guard lock{question->mutex};
  if (question->answer) {
    return *std::move(question->answer);
  }
  return noted_signal() != 0
             ? in_trouble(Trouble::interrupted, "a signal ended the lookup of " + quote(host))
             : in_trouble(Trouble::timed_out,
                          "the name server did not answer for " + quote(host) + " in time");
}

} // namespace metrics_event
