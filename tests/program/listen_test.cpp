#include "base/http_date.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <csignal>
#include <memory>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

constexpr auto ample = 20s;

// A running receiver and where it listens.
struct Listener {
  explicit Listener(const Words& options = {}) {
    Words words{"listen", "--port", "0"};
    words.insert(words.end(), options.begin(), options.end());
    process = std::make_unique<Background>(program, Invocation{.arguments = words});
    announcement = process->read_error_line(ample);
    url = announcement.substr(announcement.rfind(' ') + 1);
    const std::size_t colon = url.rfind(':');
    port = static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
  }

  Outcome send(const Words& more = {}) const {
    Words words{"runner-installed", "--flavor", "small", "--duration", "12.5", "--url", url};
    words.insert(words.end(), more.begin(), more.end());
    return run(program, {.arguments = words, .environment = {one_attempt}});
  }

  std::unique_ptr<Background> process;
  std::string announcement;
  std::string url;
  std::uint16_t port = 0;
};

// A raw TCP client, for what no HTTP client would say.
class Client {
public:
  explicit Client(std::uint16_t port)
      : socket_{check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")} {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(port);
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer),
          "connect");
  }

  // Sends as much as the other side takes.
  void say(std::string_view words) const {
    while (!words.empty()) {
      const ssize_t sent = ::send(socket_.get(), words.data(), words.size(), MSG_NOSIGNAL);
      if (sent < 0) {
        return;
      }
      words.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // Everything until the other side closes, or until `enough` was read; without the Date headers,
  // which must be there and hold a date.
  std::string hear(std::string_view enough = "\x01") const {
    std::string heard;
    std::array<char, 4096> part{};
    pollfd readable{socket_.get(), POLLIN, 0};
    while (heard.find(enough) == std::string::npos &&
           poll_until({&readable, 1}, Clock::now() + ample)) {
      const ssize_t size = ::recv(socket_.get(), part.data(), part.size(), 0);
      if (size <= 0) {
        break;
      }
      heard.append(part.data(), static_cast<std::size_t>(size));
      take_dates(heard);
    }
    return heard;
  }

  // Whether nothing has come so far.
  bool silent() const {
    pollfd readable{socket_.get(), POLLIN, 0};
    return ::poll(&readable, 1, 0) == 0;
  }

private:
  static void take_dates(std::string& heard) {
    constexpr std::string_view name = "Date: ";
    for (std::size_t start = 0; (start = heard.find(name, start)) != std::string::npos;) {
      const std::size_t end = heard.find("\r\n", start);
      if (end == std::string::npos) {
        return; // the rest is still to come
      }
      const std::string date = heard.substr(start + name.size(), end - start - name.size());
      CHECK(metrics_event::parse_http_date(date, {}));
      heard.erase(start, end + 2 - start);
    }
  }

  Descriptor socket_;
};

std::string request(const std::string& body, const std::string& headers = "",
                    const std::string& start = "POST /loki/api/v1/push HTTP/1.1") {
  return start + "\r\nHost: x\r\nContent-Type: application/json\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string push_of(const std::string& line) {
  return R"({"streams":[{"stream":{"a":"b"},"values":[["1",")" + line + R"("]]}]})";
}

constexpr std::string_view accepted = "HTTP/1.1 204 No Content\r\n\r\n";

} // namespace

TEST_SUITE_BEGIN("listen");

TEST_CASE("it says where it listens and prints what it accepts, one line of JSON each") {
  const Listener listener{{"--count", "2"}};
  CHECK(listener.announcement == "metrics-event: listening on http://127.0.0.1:" +
                                     std::to_string(listener.port) + "/loki/api/v1/push");
  CHECK(listener.send({"--timestamp", "1700000000"}).status == 0);
  CHECK(listener.process->read_output_line(ample) ==
        R"({"timestamp":1700000000,"event":"runner_installed","flavor":"small","duration":12.5})");
  CHECK(listener.send({"--timestamp", "1.5"}).status == 0);
  const Outcome outcome = listener.process->wait(ample);
  CHECK(outcome.status == 0);
  CHECK(outcome.out ==
        R"({"timestamp":1.5,"event":"runner_installed","flavor":"small","duration":12.5})"
        "\n");
  CHECK(outcome.err.empty());
}

TEST_CASE("with --output json it prints the whole entry") {
  const Listener listener{{"--count", "1", "--output", "json"}};
  CHECK(listener
            .send({"--timestamp", "1700000000", "--entry-time", "event", "--label", "env=x",
                   "--metadata", "trace=1", "-q"})
            .status == 0);
  CHECK(
      listener.process->wait(ample).out ==
      R"({"labels":{"env":"x","job":"metrics"},"metadata":{"trace":"1"},"entry_time_ns":"1700000000000000000",)"
      R"("line":"{\"timestamp\":1700000000,\"event\":\"runner_installed\",\"flavor\":\"small\",\"duration\":12.5}"})"
      "\n");
}

TEST_CASE("it answers as told, one push after the other, the last answer again and again") {
  const Listener listener{{"--respond", "503,429:retry-after=7,204"}};
  CHECK(listener.send().status == 75);
  const Client client{listener.port};
  client.say(request("{}", "Connection: close\r\n"));
  CHECK(client.hear() == "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 7\r\n"
                         "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 17\r\n\r\n"
                         "answered as told\n");
  CHECK(listener.send().status == 0);
  CHECK(listener.send().status == 0);
  listener.process->signal(SIGTERM);
  const Outcome outcome = listener.process->wait(ample);
  CHECK(std::ranges::count(outcome.out, '\n') == 2); // refused events are not printed
}

TEST_CASE("SIGINT and SIGTERM end it cleanly, with clients connected") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const Listener listener;
    const Client idle{listener.port};
    const Client half{listener.port};
    half.say("POST /loki/api/v1/push HTTP/1.1\r\nHost");
    const Client served{listener.port};
    served.say(request("{}"));
    CHECK(served.hear(accepted) == accepted);
    listener.process->signal(signal);
    CHECK(listener.process->wait(ample).status == 0);
  }
}

TEST_CASE("a time limit ends it: cleanly, or as 75 when entries were still awaited") {
  const Listener open_end{{"--timeout", "50ms"}};
  CHECK(open_end.process->wait(ample).status == 0);
  const Listener waiting{{"--timeout", "50ms", "--count", "2"}};
  const Outcome outcome = waiting.process->wait(ample);
  CHECK(outcome.status == 75);
  CHECK(outcome.err == "metrics-event: error: received 0 of 2 entries in time\n");
}

TEST_CASE("refused input is never printed") {
  const Listener listener;
  const std::string evil = push_of("\x1b[31mevil");
  for (const std::string& body :
       {std::string{"evil"}, evil, push_of("evil").substr(0, 50),
        std::string{R"({"streams":[{"stream":{},"values":[["1","evil"]]}]})"},
        push_of("evil\xff")}) {
    CAPTURE(body);
    const Client client{listener.port};
    client.say(request(body, "Connection: close\r\n"));
    CHECK(client.hear().starts_with("HTTP/1.1 400 Bad Request\r\n"));
  }
  const Client last{listener.port};
  last.say(request(push_of("good"), "Connection: close\r\n"));
  CHECK(last.hear().starts_with("HTTP/1.1 204 No Content\r\n"));
  CHECK(listener.process->read_output_line(ample) == "\"good\"");
}

TEST_CASE("what an entry says cannot reach a terminal as a command") {
  const Listener listener{{"--count", "1"}};
  const Client client{listener.port};
  client.say(request(push_of(R"(\u001b[31m\u009b0m)")));
  CHECK(listener.process->wait(ample).out == "\"\\u001b[31m\\u009b0m\"\n");
}

TEST_CASE("connections are kept, pipelined, chunked and asked for as HTTP allows") {
  const Listener listener;
  const Client client{listener.port};
  client.say(request("{}") + request("{}"));
  const std::string both = std::string{accepted} + std::string{accepted};
  CHECK(client.hear(both) == both);
  client.say("POST /loki/api/v1/push HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
             "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
  CHECK(client.hear(accepted) == accepted);
  client.say("POST /loki/api/v1/push HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
             "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(client.hear("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.say("{}");
  CHECK(client.hear(accepted) == accepted);
  client.say("GET /ready HTTP/1.0\r\n\r\n");
  CHECK(client.hear() == "HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
                         "Content-Length: 6\r\n\r\nready\n");
}

TEST_CASE("a body that is too large is refused with 413, announced or not") {
  const Listener listener;
  const std::string large(std::size_t{5} * 1024 * 1024, ' ');
  const Client announced{listener.port};
  announced.say(request(large));
  CHECK(announced.hear().starts_with("HTTP/1.1 413 Payload Too Large\r\n"));
  const Client chunked{listener.port};
  chunked.say("POST /loki/api/v1/push HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              "Transfer-Encoding: chunked\r\n\r\n500000\r\n" +
              large + "\r\n0\r\n\r\n");
  CHECK(chunked.hear().starts_with("HTTP/1.1 413 Payload Too Large\r\n"));
}

TEST_CASE("what is not HTTP, or a header without end, is refused") {
  const Listener listener;
  const Client garbage{listener.port};
  garbage.say("hello\r\n\r\n");
  CHECK(garbage.hear().starts_with("HTTP/1.1 400 Bad Request\r\n"));
  const Client endless{listener.port};
  endless.say("POST /loki/api/v1/push HTTP/1.1\r\nX: " + std::string(100000, 'x'));
  CHECK(endless.hear().starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(listener.send().status == 0);
}

TEST_CASE("more clients than there is room for wait for their turn") {
  const Listener listener;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 256; ++i) {
    clients.push_back(std::make_unique<Client>(listener.port));
  }
  // An answer to the last one shows that all before it were let in.
  clients.back()->say(request("{}"));
  CHECK(clients.back()->hear(accepted) == accepted);
  const Client waiting{listener.port};
  waiting.say(request("{}"));
  clients.front()->say(request("{}"));
  CHECK(clients.front()->hear(accepted) == accepted);
  CHECK(waiting.silent());
  clients.pop_back();
  CHECK(waiting.hear(accepted) == accepted);
}

TEST_CASE("what comes after the count is not taken") {
  const Listener listener{{"--count", "1"}};
  const Client early{listener.port};
  early.say(request(push_of("first")) + request(push_of("second")));
  CHECK(early.hear() == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  const Outcome outcome = listener.process->wait(ample);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "\"first\"\n");
}

TEST_CASE("with --verbose it says what it refused, and never what a terminal would act on") {
  const Listener listener{{"--verbose"}};
  const Client client{listener.port};
  client.say(request("{\x1b", "Connection: close\r\n"));
  client.hear();
  CHECK(listener.process->read_error_line(ample).starts_with(
      "metrics-event: answered 400: the body is not JSON: "));
}

TEST_CASE("statuses without a body are answered without one") {
  const Listener listener{{"--respond", "304,205,204"}};
  for (const char* start : {"HTTP/1.1 304 ", "HTTP/1.1 205 ", "HTTP/1.1 204 "}) {
    CAPTURE(start);
    const Client client{listener.port};
    client.say(request("{}", "Connection: close\r\n"));
    const std::string answer = client.hear();
    CHECK(answer.starts_with(start));
    CHECK(answer.ends_with("\r\n\r\n"));
  }
}

TEST_CASE("an answer to HEAD ends its connection, and a request without Host is refused") {
  const Listener listener;
  const Client head{listener.port};
  head.say(request("", "", "HEAD /loki/api/v1/push HTTP/1.1") + request("{}"));
  CHECK(head.hear() ==
        "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  const Client nameless{listener.port};
  nameless.say(
      "POST /loki/api/v1/push HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}");
  CHECK(nameless.hear().starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_CASE("a signal ends it even while nobody reads its stdout") {
  const Listener listener;
  const Client client{listener.port};
  // More than a pipe holds, so that printing it blocks.
  client.say(request(push_of(std::string(std::size_t{1} * 1024 * 1024, 'x'))));
  listener.process->await_output(ample);
  listener.process->signal(SIGTERM);
  CHECK(listener.process->wait(ample).status == 128 + SIGTERM);
}

TEST_CASE("senders that come at once are all received, once each") {
  const Listener listener{{"--count", "16"}};
  std::vector<std::unique_ptr<Background>> senders;
  for (int i = 0; i < 16; ++i) {
    senders.push_back(std::make_unique<Background>(
        program,
        Invocation{.arguments = {"runner-installed", "--flavor", std::to_string(i), "--duration",
                                 "1", "--url", listener.url, "--timeout", "20s"}}));
  }
  for (const auto& sender : senders) {
    CHECK(sender->wait(ample).status == 0);
  }
  const std::string out = listener.process->wait(ample).out;
  for (int i = 0; i < 16; ++i) {
    CHECK(out.find("\"flavor\":\"" + std::to_string(i) + '"') != std::string::npos);
  }
  CHECK(std::ranges::count(out, '\n') == 16);
}

TEST_CASE("an address that cannot be listened on is said") {
  const Listener first;
  const Outcome taken =
      run(program, {.arguments = {"listen", "--port", std::to_string(first.port)}});
  CHECK(taken.status == 69);
  CHECK(taken.err == "metrics-event: error: cannot listen on 127.0.0.1 port " +
                         std::to_string(first.port) +
                         ": address already in use; --port 0 picks a free port\n");
  const Outcome name = run(program, {.arguments = {"listen", "--address", "localhost"}});
  CHECK(name.status == 64);
  CHECK(name.err ==
        "metrics-event: error: --address: expected an address such as 127.0.0.1 or ::1, got "
        "\"localhost\"\n");
  const Listener six{{"--address", "::1"}};
  CHECK(six.url == "http://[::1]:" + std::to_string(six.port) + "/loki/api/v1/push");
  CHECK(six.send().status == 0);
}

TEST_SUITE_END();
