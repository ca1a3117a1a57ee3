#include "base/text.hpp"
#include "delivery/route.hpp"
#include "fuzz/target.hpp"
#include "loki/credentials.hpp"
#include "loki/judgement.hpp"
#include "loki/push.hpp"
#include "net/http_transport.hpp"
#include "settings/layers.hpp"
#include "support/descriptor.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace metrics_event::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_echo = 96UL * 1024; // beyond what is read, and fits into a socket

const BasicCredentials credentials{"runner", Secret{"sword/fi\"sh"}};

// The forms in which an answer may repeat a secret. In an input, the byte 1 stands for the first
// one, 2 for the second, and so on.
const std::array<std::string, 7> forms{
    credentials.password.reveal(),
    basic_authorization(credentials).reveal().substr(std::string_view{"Basic "}.size()),
    "key-of-the-header",
    "key-of-the-query",
    "sword%2Ffi%22sh",
    R"(sword/fi\"sh)",
    "sword\x1b/fi\"sh"};

// Answers one connection after the other with the bytes that it was given last.
class EchoServer {
public:
  EchoServer() : listener_{check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")} {
    sockaddr_in address{.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    check(::bind(listener_.get(), any, size), "bind");
    check(::listen(listener_.get(), 1), "listen");
    check(::getsockname(listener_.get(), any, &size), "getsockname");
    port_ = ntohs(address.sin_port);
    std::thread{[this] {
      sigset_t all; // the fuzzer's alarm would interrupt the calls of this thread
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
      while (true) {
        serve();
      }
    }}.detach();
  }

  std::uint16_t port() const { return port_; }

  void set_answer(std::string answer) {
    const std::lock_guard lock{mutex_};
    answer_ = std::move(answer);
  }

private:
  // The end of the connection is left to the client and made a reset, so that its port is free at
  // once.
  void serve() {
    const Descriptor peer{
        check(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept")};
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    const std::string answer = [this] {
      const std::lock_guard lock{mutex_};
      return answer_;
    }();
    ::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    ::shutdown(peer.get(), SHUT_WR);
    std::array<char, 4096> rest{};
    while (::recv(peer.get(), rest.data(), rest.size(), 0) > 0) {
    }
  }

  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::string answer_;
};

EchoServer& server() {
  static auto* const server = new EchoServer; // its thread uses it until the process ends
  return *server;
}

// The route that settings with all of these secrets lead to.
const Route& route() {
  static const Route route = [] {
    const std::map<std::string, std::string> variables{
        {"METRICS_EVENT_URL", "http://runner:sword%2Ffi%22sh@127.0.0.1:" +
                                  std::to_string(server().port()) + "/push?key=" + forms[3]},
        {"METRICS_EVENT_HEADER", "X-Key: " + forms[2]}};
    const Resolved resolved = resolve({environment_layer([&variables](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional{found->second};
    })});
    return open_routes(resolved, {}, [](const std::string&) {}).push;
  }();
  return route;
}

std::string with_secrets(std::string_view input) {
  std::string answer;
  for (const char c : input.substr(0, longest_echo)) {
    const auto number = static_cast<std::size_t>(static_cast<unsigned char>(c));
    number >= 1 && number <= forms.size() ? answer += forms[number - 1] : answer += c;
  }
  return answer.substr(0, longest_echo);
}

} // namespace

// The bytes with which a receiver answers that repeats our secrets.
void fuzz_echo(std::string_view input) {
  server().set_answer(with_secrets(input));
  const Reply reply =
      http_transport()(push_request(route(), "", "{}"), std::chrono::steady_clock::now() + 1min);
  must(reply.trouble != metrics_event::Trouble::no_connection, "the server is reached");
  const Judgement judgement = judge(reply);
  for (const std::string& text : {judgement.message, judgement.response}) {
    must(is_safe_to_show(text), "what is shown is safe to show");
    for (const std::string& secret : forms) {
      must(text.find(secret) == std::string::npos, "no secret is shown");
    }
  }
}

} // namespace metrics_event::testing
