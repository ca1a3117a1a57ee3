#include "net/http_transport.hpp"

#include "base/version.hpp"
#include "support/raw_server.hpp"

#include <doctest/doctest.h>

#include <atomic>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto ample = 20s;

Request request_to(std::uint16_t port, const std::string& host = "127.0.0.1") {
  return {.route = {.endpoint = {.host = host, .port = port, .target = "/push?a=b"},
                    .connect_timeout = 5s},
          .headers = {{"Content-Type", "application/json"}, {"X-Other", "x"}},
          .body = "the body"};
}

Reply send(const Request& request, std::chrono::milliseconds timeout = ample) {
  return http_transport()(request, std::chrono::steady_clock::now() + timeout);
}

Reply reply_to(const Behaviour& behaviour, std::chrono::milliseconds timeout = ample) {
  const RawServer server{{behaviour}};
  return send(request_to(server.port()), timeout);
}

std::string header(std::size_t size) {
  return "HTTP/1.1 204 No Content\r\nX-Filler: " + std::string(size, 'x') + "\r\n\r\n";
}

} // namespace

TEST_SUITE_BEGIN("http_transport");

TEST_CASE("the request is what HTTP asks for, in one connection of its own") {
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  const Reply reply = send(request_to(server.port()));
  CHECK(reply.trouble == metrics_event::Trouble::none);
  CHECK(reply.status == 204);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0] == "POST /push?a=b HTTP/1.1\r\n"
                                "Host: 127.0.0.1:" +
                                    std::to_string(server.port()) +
                                    "\r\n"
                                    "Content-Type: application/json\r\n"
                                    "X-Other: x\r\n"
                                    "Connection: close\r\n"
                                    "Content-Length: 8\r\n"
                                    "\r\n"
                                    "the body");
}

TEST_CASE("IPv6 literals and localhost need no name server") {
  const RawServer six{{{.reply = http_reply(204, "No Content")}}, Family::v6};
  CHECK(send(request_to(six.port(), "::1")).status == 204);
  REQUIRE(six.requests().size() == 1);
  CHECK(six.requests()[0].find("\r\nHost: [::1]:" + std::to_string(six.port()) + "\r\n") !=
        std::string::npos);
  Request in_zone = request_to(six.port(), "::1");
  in_zone.route.endpoint.zone = "lo";
  CHECK(send(in_zone).status == 204); // and the header is the same
  REQUIRE(six.requests().size() == 2);
  CHECK(six.requests()[0] == six.requests()[1]);
  // 127.0.0.1 is tried first and refused, then ::1 answers.
  for (const char* name : {"localhost", "LOCALHOST", "localhost.", "loki.localhost"}) {
    CAPTURE(name);
    CHECK(send(request_to(six.port(), name)).status == 204);
  }
}

TEST_CASE("a zone must be an interface of this machine") {
  Request request = request_to(9, "fe80::1");
  request.route.endpoint.zone = "no-such-link";
  const Reply reply = send(request);
  CHECK(reply.trouble == metrics_event::Trouble::no_connection);
  CHECK(reply.detail == "[fe80::1%no-such-link]:9: no such device");
  request.route.endpoint.zone = "4294967295"; // its number
  CHECK(send(request).detail.starts_with("[fe80::1%4294967295]:9: "));
}

TEST_CASE("an answer is read with its body, however it comes") {
  CHECK(reply_to({.reply = http_reply(400, "Bad Request", "no good\n")}).body == "no good\n");
  CHECK(reply_to({.reply = http_reply(400, "Bad Request", "no good\n"), .piece = 1}).body ==
        "no good\n");
  CHECK(reply_to({.reply = "HTTP/1.0 400 Bad Request\r\n\r\nuntil the end"}).body ==
        "until the end");
  CHECK(reply_to({.reply = "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "3\r\nno \r\n4\r\ngood\r\n0\r\n\r\n"})
            .body == "no good");
  CHECK(reply_to({.reply = "HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"})
            .location == "/x");
  CHECK(reply_to({.reply = "HTTP/1.1 204 No Content\r\n\r\n", .then_close = false}).status == 204);
  CHECK(reply_to({.reply = "HTTP/1.1 260 Blocked\r\nContent-Length: 0\r\n\r\n"}).status == 260);
}

TEST_CASE("interim answers are passed over") {
  CHECK(
      reply_to({.reply = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                         "HTTP/1.1 204 No Content\r\n\r\n"})
          .status == 204);
  CHECK(reply_to({.repeated = "HTTP/1.1 100 Continue\r\n\r\n"}).trouble ==
        metrics_event::Trouble::not_http);
  for (const int status : {0, 99, 101}) { // none of these is interim
    CAPTURE(status);
    const std::string digits = std::to_string(1000 + status).substr(1);
    CHECK(reply_to({.reply = "HTTP/1.1 " + digits + " x\r\nContent-Length: 0\r\n\r\n",
                    .then_close = false})
              .status == status);
  }
}

TEST_CASE("an answer that comes before the request was read is still the answer") {
  const RawServer server{
      {{.reply = http_reply(413, "Payload Too Large", "too large\n"), .read_request = false}}};
  Request large = request_to(server.port());
  const std::string body(std::size_t{8} * 1024 * 1024, 'x');
  large.body = body;
  const Reply reply = send(large);
  CHECK(reply.status == 413);
  CHECK(reply.body == "too large\n");
}

TEST_CASE("a body is cut off at 64 KiB and still judged") {
  const Reply endless = reply_to(
      {.reply = "HTTP/1.1 500 Internal Server Error\r\n\r\n", .repeated = std::string(4096, 'x')});
  CHECK(endless.status == 500);
  CHECK(endless.body.size() == 64 * 1024);
  CHECK(reply_to({.reply = http_reply(500, "Oh", std::string(100000, 'x'))}).body.size() ==
        64 * 1024);
  const Reply chunked = reply_to({.reply = "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n",
                                  .repeated = "5\r\nhello\r\n"});
  CHECK(chunked.status == 500);
  CHECK(chunked.body.starts_with("hellohello"));
}

TEST_CASE("a header has a limit") {
  CHECK(reply_to({.reply = header(15UL * 1024)}).status == 204);
  for (const std::size_t size : {std::size_t{17} * 1024, std::size_t{10} * 1024 * 1024}) {
    CAPTURE(size);
    const Reply reply = reply_to({.reply = header(size)});
    CHECK(reply.trouble == metrics_event::Trouble::not_http);
    CHECK(reply.detail == "the answer's header is larger than 16 KiB");
  }
  CHECK(reply_to({.reply = "HTTP/1.1 204 No Content\r\n", .repeated = "X: y\r\n"}).trouble ==
        metrics_event::Trouble::not_http);
}

TEST_CASE("what is not HTTP is told from a slow answer at once") {
  // The connection stays open: nothing but the words themselves can tell.
  for (const char* words : {"SSH-2.0-OpenSSH_9.2\r\n", "hello", "220 mail.example.com ESMTP\r\n",
                            "HTTP/2 200\r\n", "http/1.1 200 OK\r\n"}) {
    CAPTURE(words);
    const Reply reply = reply_to({.reply = words, .then_close = false});
    CHECK(reply.trouble == metrics_event::Trouble::not_http);
    CHECK(reply.detail == "the answer is not HTTP");
  }
  CHECK(reply_to({.reply = "\x15\x03\x01", .then_close = false}).detail ==
        "the answer is TLS; use an https URL");
  for (const char* words : {"HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
    CAPTURE(words);
    CHECK(reply_to({.reply = words}).trouble == metrics_event::Trouble::not_http);
  }
}

TEST_CASE("an announced length is not believed") {
  const Reply reply = reply_to(
      {.reply = "HTTP/1.1 400 Bad Request\r\nContent-Length: 99999999999999\r\n\r\nno good"});
  CHECK(reply.status == 400);
  CHECK(reply.body == "no good");
}

TEST_CASE("what stands around the chunks of a body counts as well") {
  const std::string chunked = "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(reply_to({.reply = chunked + "5;", .repeated = std::string(4096, 'x')}).status == 500);
  CHECK(reply_to({.reply = chunked, .repeated = "00000000"}).status == 500);
  CHECK(reply_to({.reply = chunked + "0\r\n", .repeated = "X: y\r\n"}).status == 500);
}

TEST_CASE("a connection that ends at any byte of an acceptance is a lost connection") {
  const std::string answer = http_reply(200, "OK", "stored\n");
  for (std::size_t size = 0; size < answer.size(); ++size) {
    CAPTURE(size);
    const Reply reply = reply_to({.reply = answer.substr(0, size)});
    CHECK(reply.trouble == metrics_event::Trouble::connection_lost);
    CHECK(reply.detail == "the connection was closed before the answer was complete");
    CHECK(reply.is_silent == (size == 0));
  }
  const Reply reset = reply_to({.reset = true});
  CHECK(reset.trouble == metrics_event::Trouble::connection_lost);
  CHECK(reset.is_silent); // as a port that speaks TLS may answer
}

TEST_CASE("a refusal counts as soon as its header is there") {
  const std::string answer = http_reply(400, "Bad Request", "no good\n");
  const std::size_t header_size = answer.find("\r\n\r\n") + 4;
  CHECK(reply_to({.reply = answer.substr(0, header_size - 1)}).trouble ==
        metrics_event::Trouble::connection_lost);
  for (std::size_t size = header_size; size <= answer.size(); ++size) {
    CAPTURE(size);
    const Reply reply = reply_to({.reply = answer.substr(0, size)});
    CHECK(reply.status == 400);
    CHECK(reply.body == answer.substr(header_size, size - header_size));
  }
  const Reply held_open =
      reply_to({.reply = answer.substr(0, header_size + 3), .then_close = false}, 1s);
  CHECK(held_open.status == 400);
  CHECK(held_open.body == "no ");
}

TEST_CASE("silence ends at the deadline, wherever it begins") {
  for (const char* words : {"", "HTTP/1.1 ", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"}) {
    CAPTURE(words);
    const Reply reply = reply_to({.reply = words, .then_close = false}, 1s);
    CHECK(reply.trouble == metrics_event::Trouble::timed_out);
    CHECK(reply.detail == "no answer in time");
  }
  // Nobody reads what is sent.
  const RawServer deaf{{{.read_request = false, .then_close = false}}};
  Request large = request_to(deaf.port());
  const std::string body(std::size_t{32} * 1024 * 1024, 'x');
  large.body = body;
  CHECK(send(large, 1s).trouble == metrics_event::Trouble::timed_out);
}

TEST_CASE("a connection that is refused names every address") {
  const ClosedPort closed;
  const std::string colon_port = ':' + std::to_string(closed.port());
  const Reply reply = send(request_to(closed.port(), "localhost"));
  CHECK(reply.trouble == metrics_event::Trouble::no_connection);
  CHECK(reply.detail == "127.0.0.1" + colon_port + ": connection refused, [::1]" + colon_port +
                            ": connection refused");
}

TEST_CASE("a connection that nobody takes ends at its own time limit") {
  const FullBacklog nobody;
  Request request = request_to(nobody.port());
  request.route.connect_timeout = 100ms;
  const Reply reply = send(request);
  CHECK(reply.trouble == metrics_event::Trouble::connect_timed_out);
  CHECK(reply.detail == "127.0.0.1:" + std::to_string(nobody.port()) + ": no connection in time");
  // The deadline is a ceiling for it.
  request.route.connect_timeout = 1h;
  CHECK(send(request, 1s).trouble == metrics_event::Trouble::timed_out);
}

TEST_CASE("only who speaks to a proxy believes an answer to be the proxy's") {
  const std::string claim = http_reply(401, "Unauthorized", "", {"Proxy-Authenticate: Basic"});
  CHECK_FALSE(reply_to({.reply = claim}).at_proxy);
  const RawServer proxy{{{.reply = claim}}};
  Request request = request_to(1, "receiver.invalid");
  request.route.proxy = Endpoint{.host = "127.0.0.1", .port = proxy.port()};
  CHECK(send(request).at_proxy);
}

TEST_CASE("a connection that is kept serves the next request to the same receiver") {
  const std::string kept = "HTTP/1.1 204 No Content\r\n\r\n";
  const auto keeping = [](std::uint16_t port) {
    Request request = request_to(port);
    request.keeps_connection = true;
    return request;
  };
  const auto deadline = std::chrono::steady_clock::now() + ample;
  const Transport transport = http_transport();

  const RawServer server{{{.reply = kept, .requests = 2}, {.reply = "a second connection"}}};
  CHECK(transport(keeping(server.port()), deadline).status == 204);
  CHECK(transport(keeping(server.port()), deadline).status == 204);
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[0].find("Connection:") == std::string::npos);

  // Another receiver gets one of its own, and so does who goes on after a request that keeps none.
  const RawServer other{{{.reply = kept}}};
  CHECK(transport(keeping(other.port()), deadline).status == 204);
  const RawServer closing{{{.reply = kept}}};
  CHECK(transport(request_to(closing.port()), deadline).status == 204);
  CHECK(transport(request_to(closing.port()), deadline).status == 204);

  // An answer that is followed by something else leaves nothing that could be used again.
  const RawServer strange{
      {{.reply = kept + "HTTP/1.1 500 Stray\r\n\r\n", .then_close = false}, {.reply = kept}}};
  CHECK(transport(keeping(strange.port()), deadline).status == 204);
  CHECK(transport(keeping(strange.port()), deadline).status == 204);
}

TEST_CASE("a kept connection that the receiver has closed is replaced, but no request repeated") {
  const std::string kept = "HTTP/1.1 204 No Content\r\n\r\n";
  Request request = request_to(0);
  request.keeps_connection = true;
  const auto deadline = std::chrono::steady_clock::now() + ample;
  const Transport transport = http_transport();

  // Closed in the middle of the next request, when that can no longer be seen before. The receiver
  // may have stored what it was sent, so whether it is sent again is for the retries, which ask.
  std::atomic<int> asked = 0;
  const RawServer server{
      {{.requests = 2, .answer = [&](const std::string&) { return asked++ == 0 ? kept : ""; }},
       {.reply = kept, .requests = 2},
       {.reply = kept}}};
  request.route.endpoint.port = server.port();
  CHECK(transport(request, deadline).status == 204);
  const Reply lost = transport(request, deadline);
  CHECK(lost.trouble == metrics_event::Trouble::connection_lost);
  CHECK(lost.is_sent);
  CHECK(server.requests().size() == 2);
  CHECK(transport(request, deadline).status == 204);
  CHECK(transport(request, deadline).status == 204);
  // Closed before: the fifth and last request goes by a connection of its own.
  CHECK(transport(request, deadline).status == 204);
  CHECK(server.requests().size() == 5);

  // What was idle for long may be forgotten by what is between, which nobody sees.
  const Transport impatient = http_transport(0ms);
  const RawServer forgotten{{{.reply = kept, .requests = 2}, {.reply = "HTTP/1.1 200 OK\r\n\r\n"}}};
  request.route.endpoint.port = forgotten.port();
  CHECK(impatient(request, deadline).status == 204);
  CHECK(impatient(request, deadline).status == 200);

  // What has been begun is not sent again: that is for the retries, which are counted.
  asked = 0;
  const RawServer half{
      {{.requests = 2,
        .answer = [&](const std::string&) { return asked++ == 0 ? kept : "HTTP/1.1 2"; }},
       {.reply = kept}}};
  request.route.endpoint.port = half.port();
  CHECK(transport(request, deadline).status == 204);
  CHECK(transport(request, deadline).trouble == metrics_event::Trouble::connection_lost);
}

TEST_SUITE_END();
