#include "base/text.hpp"
#include "delivery/retry.hpp"
#include "fuzz/target.hpp"
#include "loki/judgement.hpp"
#include "net/http_exchange.hpp"
#include "support/descriptor.hpp"

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <string>

namespace metrics_event::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_bytes = 96UL * 1024; // beyond what is read, and fits into a socket
constexpr std::size_t longest_response = 1024;
constexpr auto longest_ask = 365 * 24h;

// What the client makes of an answer that has come already, and of the end behind it.
Reply reply_to(std::string_view method, std::string_view answer) {
  std::array<int, 2> ends{};
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
  const Descriptor server{ends[0]};
  Connection connection{Descriptor{ends[1]}};
  connection.set_deadline(std::chrono::steady_clock::now() + 1min);
  const ssize_t sent =
      ::send(server.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  must(check(sent, "send") == static_cast<ssize_t>(answer.size()), "an answer fits");
  check(::shutdown(server.get(), SHUT_WR), "shutdown");
  return exchange(connection, {.method = method,
                               .target = "/loki/api/v1/push",
                               .headers = {{"Host", "localhost"}},
                               .body = "{}"})
      .reply;
}

void check_judgement(const Reply& reply) {
  const Judgement judgement = judge(reply);
  must(judgement.message.empty() == (judgement.code == ExitCode::ok), "only trouble is told");
  must(is_safe_to_show(judgement.message), "a message is safe to show");
  must(is_safe_to_show(judgement.response), "a response is safe to show");
  must(judgement.response.size() <= longest_response, "a response is bounded");
}

} // namespace

// The bytes with which a receiver, or a proxy that was asked for a tunnel, answers.
void fuzz_reply(std::string_view input) {
  for (const std::string_view method : {"POST", "CONNECT"}) {
    const Reply reply = reply_to(method, input.substr(0, most_bytes));
    must(reply.trouble != metrics_event::Trouble::timed_out, "the end of an answer is seen");
    check_judgement(reply);
    const auto asked = retry_after(reply, std::chrono::sys_days{2023y / 11 / 14});
    must(!asked || (*asked >= 0ms && *asked <= longest_ask), "a wait is bounded");
  }
}

} // namespace metrics_event::testing
