// Proxies through the real program: what they are sent, how their answers are judged, which one is
// chosen; and a real one. Where nothing else shows which way was taken, the address that refuses
// the connection does.
#include "base/version.hpp"
#include "support/isolated.hpp"
#include "support/nginx.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/tinyproxy.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <regex>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
using Answer = NameServer::Answer;
using Variables = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

namespace {

constexpr auto ceiling = 4s; // below the default timeout, which nothing here may wait for

// A name that nobody but the proxy may look up: RFC 6761, section 6.4, promises that it is unknown.
const std::string receiver = "receiver.invalid";

Invocation send(const std::string& url, const Words& options, Variables environment) {
  environment.insert(one_attempt);
  Words words{"runner-installed", "--flavor", "small", "--duration", "1", "--url", url};
  words.insert(words.end(), options.begin(), options.end());
  return {.arguments = words, .environment = environment, .limit = ceiling};
}

std::string at_port(const std::string& start, std::uint16_t port) {
  return start + std::to_string(port);
}

std::string error(const std::string& text) {
  return "metrics-event: error: " + text + '\n';
}

std::string undelivered(const std::string& url, const std::string& reason) {
  return error("cannot deliver runner_installed to " + url + "/loki/api/v1/push: " + reason);
}

// A reason with {proxy} filled in.
std::string naming(std::uint16_t proxy, std::string reason) {
  constexpr std::string_view place = "{proxy}";
  if (const std::size_t at = reason.find(place); at != std::string::npos) {
    reason.replace(at, place.size(), at_port("http://127.0.0.1:", proxy));
  }
  return reason;
}

std::string refused_by_proxy(const ClosedPort& proxy) {
  return at_port("at the proxy, 127.0.0.1:", proxy.port()) +
         ": connection refused; check that the proxy is running";
}

} // namespace

TEST_SUITE_BEGIN("proxy");

TEST_CASE("with an http URL the proxy is sent the whole URL, and its own credentials only if any") {
  const std::string now = std::to_string(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
  const std::string body =
      R"({"streams":[{"stream":{"job":"metrics"},"values":[[")" + now +
      R"(000000000","{\"timestamp\":)" + now +
      R"(,\"event\":\"runner_installed\",\"flavor\":\"small\",\"duration\":1}"]]}]})";
  struct Row {
    std::string url;
    std::string proxy_user; // what stands before the host of the proxy
    Variables environment;
    std::string target;
    std::string host;
    std::string more_headers;
    std::string warning; // of credentials that go unencrypted
  };
  const std::string warning = "metrics-event: warning: credentials are sent to " + receiver +
                              " unencrypted; use an https URL\n";
  const Row rows[]{
      {"http://" + receiver + ":3100", "", {}, "/loki/api/v1/push", receiver + ":3100", "", ""},
      {"http://" + receiver, "", {}, "/loki/api/v1/push", receiver, "", ""},
      {"http://" + receiver + ":80/x/push?a=b&c=%20d",
       "",
       {},
       "/x/push?a=b&c=%20d",
       receiver,
       "",
       ""},
      {"http://[2001:db8::1]:3100", "", {}, "/loki/api/v1/push", "[2001:db8::1]:3100", "", ""},
      {"http://[fe80::1%eth0]:3100", "", {}, "/loki/api/v1/push", "[fe80::1]:3100", "", ""},
      {"http://" + receiver,
       "us%40er:p%3Ass@", // us@er:p:ss
       {},
       "/loki/api/v1/push",
       receiver,
       "Proxy-Authorization: Basic dXNAZXI6cDpzcw==\r\n",
       ""},
      {"http://" + receiver,
       "",
       {{"METRICS_EVENT_USERNAME", "me"}, {"METRICS_EVENT_PASSWORD", "mine"}},
       "/loki/api/v1/push",
       receiver,
       "Authorization: Basic bWU6bWluZQ==\r\n",
       warning},
      {"http://" + receiver,
       "user:pass@",
       {{"METRICS_EVENT_BEARER_TOKEN", "token"}},
       "/loki/api/v1/push",
       receiver,
       "Authorization: Bearer token\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n",
       warning},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const RawServer proxy{{{.reply = http_reply(204, "No Content")}}};
    Variables environment = row.environment;
    environment["http_proxy"] = at_port("http://" + row.proxy_user + "127.0.0.1:", proxy.port());
    const Outcome outcome =
        run(program, send(row.url, {"--timestamp", now, "--entry-time", "event"}, environment));
    CHECK(outcome.status == 0);
    CHECK(outcome.err == row.warning);
    CHECK(proxy.requests() ==
          Words{"POST http://" + row.host + row.target + " HTTP/1.1\r\nHost: " + row.host +
                "\r\nContent-Type: application/json\r\nUser-Agent: metrics-event/" +
                std::string{version} + "\r\n" + row.more_headers +
                "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                body});
  }
}

TEST_CASE("with an https URL the proxy is asked for a tunnel, and learns nothing else") {
  struct Row {
    std::string url;
    std::string proxy_user;
    std::string authority;
    std::string more_headers;
  };
  const Row rows[]{
      {"https://" + receiver, "", receiver + ":443", ""},
      {"https://me:mine@" + receiver + ":3100/x?token=mine", "", receiver + ":3100", ""},
      {"https://[2001:db8::1]", "", "[2001:db8::1]:443", ""},
      {"https://me:mine@" + receiver, "user:pass@", receiver + ":443",
       "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const RawServer proxy{{{.reply = http_reply(403, "Forbidden")}}};
    const std::string address = at_port("http://" + row.proxy_user + "127.0.0.1:", proxy.port());
    CHECK(run(program, send(row.url, {}, {{"https_proxy", address}})).status == 77);
    CHECK(proxy.requests() == Words{"CONNECT " + row.authority + " HTTP/1.1\r\nHost: " +
                                    row.authority + "\r\n" + row.more_headers + "\r\n"});
  }
}

TEST_CASE("what a proxy answers to the wish for a tunnel is said of the proxy") {
  struct Row {
    Behaviour proxy;
    int status;
    std::string reason;
  };
  const std::string closed =
      "at the proxy, the connection was closed before the answer was complete; try again later";
  const std::string no_proxy =
      "; is it a proxy? metrics-event check shows where its URL comes from";
  const std::string wants = "; the proxy rejected the credentials; give user:password@ in its URL";
  const std::string cannot_reach = "; the proxy cannot reach the receiver; try again later";
  const Row rows[]{
      {{.reply = http_reply(407, "Who?")}, 77, "HTTP status 407 of the proxy {proxy}" + wants},
      {{.reply = http_reply(407, "Who?", "", {"Proxy-Authenticate: Digest realm=x"}),
        .then_close = false},
       77,
       "HTTP status 407 of the proxy {proxy}" + wants},
      {{.reply = http_reply(401, "Who?")}, 77, "HTTP status 401 of the proxy {proxy}" + wants},
      {{.reply = http_reply(403, "No")},
       77,
       "HTTP status 403 of the proxy {proxy}; the proxy does not allow connections to the "
       "receiver"},
      {{.reply = http_reply(502, "Oh")}, 75, "HTTP status 502 of the proxy {proxy}" + cannot_reach},
      {{.reply = http_reply(503, "Oh")}, 75, "HTTP status 503 of the proxy {proxy}" + cannot_reach},
      {{.reply = http_reply(404, "What?")}, 76, "HTTP status 404 of the proxy {proxy}" + no_proxy},
      {{.reply = http_reply(405, "What?")}, 76, "HTTP status 405 of the proxy {proxy}" + no_proxy},
      {{.reply = http_reply(302, "There", "", {"Location: http://login.example.com/"})},
       76,
       "HTTP status 302 of the proxy {proxy}, a redirect to \"http://login.example.com/\" is not "
       "followed" +
           no_proxy},
      {{.reply = "SSH-2.0-OpenSSH_9.2\r\n", .then_close = false},
       76,
       "at the proxy, the answer is not HTTP; check the port"},
      {{.repeated = "HTTP/1.1 100 Continue\r\n\r\n"},
       76,
       "at the proxy, the answer's header is larger than 16 KiB; check the port"},
      {{.reply = ""}, 75, closed},
      {{.reply = "HTTP/1.1 200 Connection est"}, 75, closed},
      {{.reply = "HTTP/1.1 200 OK\r\n\r\n"},
       75,
       "behind the proxy {proxy}, the connection was closed during the TLS handshake; try again "
       "later"},
      {{.reply = "HTTP/1.1 200 OK\r\nVia: x\r\nContent-Length: 0\r\nX-Cache: none\r\n\r\n",
        .repeated = "neither TLS nor HTTP "},
       76,
       "behind the proxy {proxy}, the port does not speak TLS; use an http URL, or another port"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    const RawServer proxy{{row.proxy}};
    const Outcome outcome = run(
        program, send("https://" + receiver, {"--proxy", at_port("127.0.0.1:", proxy.port())}, {}));
    CHECK(outcome.status == row.status);
    CHECK(outcome.err == undelivered("https://" + receiver, naming(proxy.port(), row.reason)));
    CHECK(proxy.requests().size() == 1);
  }
}

TEST_CASE("a proxy that says in a page why it refuses is quoted") {
  const RawServer proxy{
      {{.reply = http_reply(403, "Forbidden", "<html><title>Not from this network</title></html>",
                            {"Content-Type: text/html"})}}};
  const Outcome outcome = run(
      program, send("https://" + receiver, {"--proxy", at_port("127.0.0.1:", proxy.port())}, {}));
  CHECK(outcome.status == 77);
  CHECK(
      outcome.err ==
      undelivered(
          "https://" + receiver,
          "HTTP status 403 of the proxy " + at_port("http://127.0.0.1:", proxy.port()) +
              ", \"Not from this network\"; the proxy does not allow connections to the receiver"));
}

TEST_CASE("a proxy for http URLs that wants credentials is told from a receiver that does") {
  const RawServer proxy{
      {{.reply = http_reply(407, "Who?", "who?\n")}, {.reply = http_reply(401, "Who?", "who?\n")}}};
  const auto answer = [&proxy] {
    return run(program, send("http://" + receiver, {},
                             {{"http_proxy", at_port("127.0.0.1:", proxy.port())}}));
  };
  const std::string shown = at_port("http://127.0.0.1:", proxy.port());
  const Outcome by_proxy = answer();
  CHECK(by_proxy.status == 77);
  CHECK(by_proxy.err ==
        undelivered(
            "http://" + receiver,
            "HTTP status 407 of the proxy " + shown +
                ", \"who?\"; the proxy rejected the credentials; give user:password@ in its URL"));
  const Outcome by_receiver = answer();
  CHECK(by_receiver.status == 77);
  CHECK(by_receiver.err ==
        undelivered("http://" + receiver,
                    "HTTP status 401 through the proxy " + shown +
                        ", \"who?\"; the receiver rejected the credentials; check --username and "
                        "--password-file (Grafana Cloud: the numeric user and a token with "
                        "logs:write) or --bearer-token-file, and the tenant (--org-id)"));
}

TEST_CASE("a proxy that cannot be reached is named, in time") {
  const ClosedPort closed;
  const FullBacklog deaf;
  const RawServer silent{{{.then_close = false}}};
  const RawServer silent_tunnel{{{.reply = "HTTP/1.1 200 OK\r\n\r\n", .then_close = false}}};
  struct Row {
    std::uint16_t port;
    Words options;
    int status;
    std::string reason;
  };
  const Row rows[]{
      {closed.port(), {}, 69, refused_by_proxy(closed)},
      {deaf.port(),
       {"--connect-timeout", "50ms"},
       75,
       at_port("at the proxy, 127.0.0.1:", deaf.port()) +
           ": no connection in time; check the host, or raise --connect-timeout"},
      {silent.port(),
       {"--timeout", "1s"},
       75,
       "at the proxy, no answer in time; try again later or raise --timeout"},
      {silent_tunnel.port(),
       {"--timeout", "1s"},
       75,
       "behind the proxy {proxy}, no TLS handshake in time; try again later or raise --timeout"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    const Outcome outcome =
        run(program, send("https://" + receiver, row.options,
                          {{"https_proxy", at_port("http://127.0.0.1:", row.port)}}));
    CHECK(outcome.status == row.status);
    CHECK(outcome.err == undelivered("https://" + receiver, naming(row.port, row.reason)));
  }
}

TEST_CASE("a proxy whose name is unknown is 68, and the proxy's name is the one that is named") {
  const auto outcome = run_isolated(
      program,
      send("http://loki.example.com", {}, {{"http_proxy", "http://proxy.example.com:3128"}}),
      {.answer = Answer::no_such_name});
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->status == 68);
  CHECK(outcome->err == undelivered("http://loki.example.com",
                                    "at the proxy, the host \"proxy.example.com\" is unknown; "
                                    "check the host name"));
}

namespace {

// Which way is taken. In every text, {a} and {b} are proxies, {receiver} is the receiver's port.
struct Choice {
  std::string scheme;
  Variables environment;
  std::string chosen; // a, b; or direct
  Words options{};
  std::string config{}; // of the configuration file
};

std::string filled(std::string text, const Variables& replacements) {
  for (const auto& [from, to] : replacements) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

void check(const Choice& choice) {
  const TemporaryDirectory directory;
  const std::string config = directory.path() / "c.toml";
  const ClosedPort a, b, closed;
  const Variables replacements{{"{a}", at_port("127.0.0.1:", a.port())},
                               {"{b}", at_port("127.0.0.1:", b.port())},
                               {"{receiver}", std::to_string(closed.port())}};
  Variables environment;
  std::string given;
  for (const auto& [name, value] : choice.environment) {
    environment[name] = filled(value, replacements);
    given += name + '=' + value + ' ';
  }
  Words options{"--config", "none"};
  if (!choice.config.empty()) {
    write_file(config, filled(choice.config, replacements));
    options.back() = config;
  }
  for (const std::string& option : choice.options) {
    options.push_back(filled(option, replacements));
    given += option + ' ';
  }
  CAPTURE(choice.scheme);
  CAPTURE(given);
  CAPTURE(choice.config);
  // To connect to 0.0.0.0 is to connect to this machine, and it is no loopback address.
  const std::string address = at_port("0.0.0.0:", closed.port());
  const std::string url = choice.scheme + "://" + address;
  const Outcome outcome = run(program, send(url, options, environment));
  CHECK(outcome.status == 69);
  CHECK(outcome.err == undelivered(url, choice.chosen == "a" ? refused_by_proxy(a)
                                        : choice.chosen == "b"
                                            ? refused_by_proxy(b)
                                            : address + ": connection refused; "
                                                        "check that the receiver is running"));
}

} // namespace

TEST_CASE("the proxy comes from where curl looks for it, and from our own setting first") {
  const Choice choices[]{
      {"http", {}, "direct"},
      {"http", {{"http_proxy", "http://{a}"}}, "a"},
      {"http", {{"http_proxy", "{a}"}}, "a"},
      {"http", {{"http_proxy", "HTTP://{a}/"}}, "a"},
      {"http", {{"HTTP_PROXY", "{a}"}}, "direct"}, // a CGI script's client can set it
      {"http", {{"HTTP_PROXY", "{b}"}, {"all_proxy", "{a}"}}, "a"},
      {"http", {{"https_proxy", "{a}"}, {"HTTPS_PROXY", "{a}"}}, "direct"},
      {"http", {{"all_proxy", "{a}"}}, "a"},
      {"http", {{"ALL_PROXY", "{a}"}}, "a"},
      {"http", {{"all_proxy", "{a}"}, {"ALL_PROXY", "{b}"}}, "a"},
      {"http", {{"http_proxy", "{a}"}, {"all_proxy", "{b}"}, {"ALL_PROXY", "{b}"}}, "a"},
      {"http", {{"METRICS_EVENT_PROXY", "{a}"}, {"http_proxy", "{b}"}}, "a"},
      {"http", {{"METRICS_EVENT_PROXY", "{b}"}}, "a", {"--proxy", "{a}"}},
      {"http", {}, "a", {}, "proxy = '{a}'"},
      {"http", {{"http_proxy", "{a}"}}, "a", {}, "proxy = '{b}'"},
      {"http", {{"HTTP_PROXY", "{b}"}, {"https_proxy", "{b}"}}, "a", {}, "proxy = '{a}'"},
      {"http", {{"http_proxy", ""}}, "direct"},
      {"http", {{"http_proxy", ""}, {"all_proxy", ""}, {"ALL_PROXY", "{a}"}}, "a"},
      {"http", {{"METRICS_EVENT_PROXY", ""}, {"http_proxy", "{a}"}}, "a"},
      {"https", {{"http_proxy", "{a}"}}, "direct"},
      {"https", {{"https_proxy", "{a}"}}, "a"},
      {"https", {{"HTTPS_PROXY", "{a}"}}, "a"},
      {"https", {{"https_proxy", "{a}"}, {"HTTPS_PROXY", "{b}"}}, "a"},
      {"https", {{"https_proxy", ""}, {"HTTPS_PROXY", "{a}"}, {"all_proxy", "{b}"}}, "a"},
      {"https", {{"http_proxy", "{b}"}, {"ALL_PROXY", "{a}"}}, "a"},
      {"https", {{"METRICS_EVENT_PROXY", "{a}"}, {"https_proxy", "{b}"}}, "a"},
      {"https", {{"https_proxy", "{b}"}}, "a", {"--proxy", "http://{a}"}},
      {"https", {{"https_proxy", "{a}"}}, "a", {}, "proxy = '{b}'"},
  };
  for (const Choice& choice : choices) {
    check(choice);
  }
}

TEST_CASE("what no_proxy lists is reached directly, wherever the proxy comes from") {
  const Choice choices[]{
      {"http", {{"http_proxy", "{a}"}, {"no_proxy", "0.0.0.0"}}, "direct"},
      {"https", {{"https_proxy", "{a}"}, {"no_proxy", "0.0.0.0"}}, "direct"},
      {"http", {{"http_proxy", "{a}"}, {"NO_PROXY", "x.test,0.0.0.0"}}, "direct"},
      {"http", {{"http_proxy", "{a}"}, {"no_proxy", "x.test"}, {"NO_PROXY", "0.0.0.0"}}, "a"},
      {"http", {{"http_proxy", "{a}"}, {"no_proxy", ""}, {"NO_PROXY", "0.0.0.0"}}, "direct"},
      {"http", {{"http_proxy", "{a}"}, {"no_proxy", "0.0.0.0:{receiver}"}}, "direct"},
      {"http", {{"http_proxy", "{a}"}, {"no_proxy", "0.0.0.0:1"}}, "a"},
      {"http", {{"http_proxy", "{a}"}, {"no_proxy", "*"}}, "direct"},
      {"http", {{"http_proxy", "{a}"}, {"no_proxy", "10.0.0.0/8, 0.0.0.0/8"}}, "direct"},
      {"http", {{"http_proxy", "{a}"}, {"no_proxy", "10.0.0.0/8, 0.0.0.128/25"}}, "a"},
      {"http", {{"no_proxy", "0.0.0.0"}}, "direct", {"--proxy", "{a}"}},
      {"http", {{"METRICS_EVENT_PROXY", "{a}"}, {"no_proxy", "*"}}, "direct"},
      {"http", {{"no_proxy", "*"}}, "direct", {}, "proxy = '{a}'"},
      {"http", {{"http_proxy", "{a}"}, {"no_proxy", "*"}, {"METRICS_EVENT_NO_PROXY", "x"}}, "a"},
      {"http",
       {{"http_proxy", "{a}"}, {"METRICS_EVENT_NO_PROXY", "x"}},
       "direct",
       {"--no-proxy=*"}},
      {"http", {{"http_proxy", "{a}"}}, "direct", {}, "no-proxy = '0.0.0.0'"},
      {"http", {{"http_proxy", "{a}"}, {"NO_PROXY", "x"}}, "a", {}, "no-proxy = '*'"},
  };
  for (const Choice& choice : choices) {
    check(choice);
  }
}

TEST_CASE("hosts in no_proxy may have lines of their own, and *. before a name is a dot") {
  for (const std::string list :
       {"x.test\n0.0.0.0\ny.test", "0.0.0.0\r", "x.test\r\n0.0.0.0\r\n", "x.test\r0.0.0.0"}) {
    CAPTURE(list);
    check({"http", {{"http_proxy", "{a}"}, {"no_proxy", list}}, "direct"});
  }
}

TEST_CASE("a no_proxy that plays no part cannot be wrong, and is an error where it does") {
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  const std::string url = at_port("http://127.0.0.1:", server.port());
  const Variables bad{{"no_proxy", "localhost\x1b[31m"}};
  CHECK(run(program, send(url, {}, bad)).err.empty());
  CHECK(server.requests().size() == 1);
  Variables asked = bad;
  asked["http_proxy"] = "127.0.0.1:1";
  CHECK(run(program, send(url, {}, asked)).status == 0); // this machine is reached directly
  const Outcome outcome = run(program, send("http://" + receiver, {}, asked));
  CHECK(outcome.err ==
        error("no_proxy: expected hosts with commas between them, or *, without an @"));
  CHECK(outcome.status == 78);
}

TEST_CASE("a name in no_proxy stands for all below it, on its port if it has one") {
  const std::pair<std::string, bool> lists[]{
      {"loki.example.com", true}, {"example.com", true},         {".EXAMPLE.com", true},
      {"ample.com", false},       {"x.loki.example.com", false}, {"127.0.0.1", false},
      {"example.com:3100", true}, {"example.com:3101", false},
  };
  const std::string url = "http://loki.example.com:3100";
  for (const auto& row : lists) {
    CAPTURE(row.first);
    const auto outcome = run_isolated(
        program, send(url, {}, {{"http_proxy", "127.0.0.2:1"}, {"no_proxy", row.first}}),
        {.answer = Answer::addresses, .addresses = {"127.0.0.1"}});
    if (!outcome) {
      MESSAGE("SKIPPED: no namespaces here");
      return;
    }
    CHECK(outcome->status == 69);
    CHECK(outcome->err ==
          undelivered(url,
                      row.second
                          ? "127.0.0.1:3100: connection refused; check that the receiver is running"
                          : "at the proxy, 127.0.0.2:1: connection refused; check that the proxy "
                            "is running"));
  }
}

TEST_CASE("this machine is always reached directly") {
  const ClosedPort proxy, closed;
  const std::string there = at_port("127.0.0.1:", proxy.port());
  const std::string port = std::to_string(closed.port());
  const auto refused = [&port](const std::string& address) {
    return address + ':' + port + ": connection refused";
  };
  const std::string both = refused("127.0.0.1") + ", " + refused("[::1]");
  const std::pair<std::string, std::string> hosts[]{{"127.0.0.1", refused("127.0.0.1")},
                                                    {"127.9.9.9", refused("127.9.9.9")},
                                                    {"[::1]", refused("[::1]")},
                                                    {"localhost", both},
                                                    {"LOCALHOST.", both},
                                                    {"loki.localhost", both}};
  for (const auto& row : hosts) {
    const auto check_direct = [&](const std::string& url, const Invocation& invocation) {
      CAPTURE(url);
      const Outcome outcome = run(program, invocation);
      CHECK(outcome.status == 69);
      CHECK(outcome.err == undelivered(url, row.second + "; check that the receiver is running"));
    };
    const std::string http = "http://" + row.first + ':' + port;
    check_direct(http, send(http, {}, {{"http_proxy", there}, {"ALL_PROXY", there}}));
    const std::string https = "https://" + row.first + ':' + port;
    check_direct(https, send(https, {"--proxy", there}, {}));
  }
}

TEST_CASE("a proxy that cannot be used is refused with its origin") {
  const std::string expected = "expected an http proxy such as http://proxy.example.com:3128 "
                               "(--no-proxy '*' goes without)";
  const std::pair<std::string, std::string> values[]{
      {"socks5://proxy:1080", expected},
      {"socks5h://user:hunter2@proxy", expected},
      {"https://proxy", expected},
      {"http://proxy:0", "expected a port from 1 to 65535"},
  };
  const std::string url = "https://" + receiver;
  for (const auto& row : values) {
    CAPTURE(row.first);
    const Outcome by_flag = run(program, send(url, {"--proxy", row.first}, {}));
    CHECK(by_flag.status == 64);
    CHECK(by_flag.err == error("--proxy: " + row.second));
    for (const std::string name : {"METRICS_EVENT_PROXY", "HTTPS_PROXY"}) {
      CAPTURE(name);
      const Outcome by_variable = run(program, send(url, {}, {{name, row.first}}));
      CHECK(by_variable.status == 78);
      CHECK(by_variable.err == error(name + ": " + row.second));
    }
    const TemporaryDirectory directory;
    const std::string config = directory.path() / "c.toml";
    write_file(config, "timeout = '7s'\nproxy = '" + row.first + "'\n");
    const Outcome by_file = run(program, send(url, {"--config", config}, {}));
    CHECK(by_file.status == 78);
    CHECK(by_file.err == error(config + ":2:9: proxy: " + row.second));
  }
}

TEST_CASE("a variable that curl would not look at cannot be wrong") {
  const ClosedPort closed;
  const std::string url = at_port("http://127.0.0.1:", closed.port());
  for (const std::string name : {"HTTP_PROXY", "https_proxy", "HTTPS_PROXY"}) {
    CAPTURE(name);
    CHECK(run(program, send(url, {}, {{name, "socks5://proxy"}})).status == 69);
  }
  CHECK(run(program, send(url, {}, {{"http_proxy", "proxy"}, {"ALL_PROXY", "socks5://proxy"}}))
            .status == 69);
}

TEST_CASE("the password of a proxy is shown nowhere") {
  const RawServer proxy{{{.reply = http_reply(407, "Who?")}}};
  const ClosedPort closed;
  const std::string proxies[]{
      at_port("http://user:hunter2@127.0.0.1:", proxy.port()),
      at_port("user:hunter2@127.0.0.1:", closed.port()),
      "socks5://user:hunter2@127.0.0.1",
      "http://user:hunter2@127.0.0.1:0",
      "http://user:hunter2@127.0.0.1:1/path",
      "http://user:hunter2@127.0.0.1:1/?hunter2=hunter2@",
      "http://user:hunter2 @127.0.0.1",
      "http://user:hunter2//@127.0.0.1",
      "http://us:er@x:hunter2@127.0.0.1",
  };
  const std::pair<const char*, Words> ways_to_say[]{{"http://", {"--verbose"}},
                                                    {"https://", {"--output", "json"}},
                                                    {"http://", {"--verbose", "--dry-run"}}};
  for (const std::string& value : proxies) {
    CAPTURE(value);
    for (const auto& way : ways_to_say) {
      const Outcome outcome =
          run(program, send(way.first + receiver, way.second, {{"METRICS_EVENT_PROXY", value}}));
      const std::string said = outcome.out + outcome.err;
      CHECK_FALSE(said.empty());
      for (const char* secret : {"hunter2", "dXNlcjpodW50ZXIy"}) { // itself, and in base64
        CHECK(said.find(secret) == std::string::npos);
      }
    }
  }
  REQUIRE_FALSE(proxy.requests().empty()); // so it was used
  CHECK(proxy.requests()[0].find("Basic dXNlcjpodW50ZXIy\r\n") != std::string::npos);
}

TEST_CASE("the password of a proxy without a scheme is not shown either, whatever is in it") {
  for (const std::string value : {"user:hunter2//x y@proxy", "user:hunter2://x@proxy"}) {
    CAPTURE(value);
    const Outcome outcome = run(program, send("http://" + receiver, {}, {{"http_proxy", value}}));
    CHECK(outcome.status == 78);
    CHECK(outcome.err.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a password on the command line is warned of") {
  const RawServer proxy{{{.reply = http_reply(204, "No Content")}}};
  const Outcome outcome =
      run(program, send("http://" + receiver,
                        {"--proxy", at_port("user:pass@127.0.0.1:", proxy.port())}, {}));
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "metrics-event: warning: --proxy: everybody on this machine can see a "
                       "password on the command line; use METRICS_EVENT_PROXY\n");
}

namespace {

constexpr std::uint16_t receiver_port = 3100; // free, as the proxy's, in its own network
constexpr std::uint16_t proxy_port = 3128;
const std::string skipped = "SKIPPED: no namespaces, tinyproxy or nginx here";

// Sends to loki.example.com through a real proxy on the way to a real server.
struct RealWay {
  std::string url;
  TinyProxyOptions proxy{};
  std::string proxy_user{}; // what stands before the host of the proxy
  std::string server = "location / { return 204; }";
  std::string bearer_token{};
  NameServer names{.answer = Answer::addresses, .addresses = {"127.0.0.1"}};
};

struct Arrival {
  Outcome outcome;
  std::string proxy_log;
};

// Nothing where this machine lacks what it takes.
std::optional<Arrival> arrive(const RealWay& way) {
  if (!TinyProxy::installed() || !Nginx::installed()) {
    return std::nullopt;
  }
  const TemporaryDirectory directory;
  NginxOptions nginx{.server = way.server, .place = {directory.path(), receiver_port}};
  TinyProxyOptions tinyproxy = way.proxy;
  tinyproxy.place = {directory.path(), proxy_port};
  Variables environment{
      {"all_proxy", at_port("http://" + way.proxy_user + "127.0.0.1:", proxy_port)},
      {"METRICS_EVENT_BEARER_TOKEN", way.bearer_token}};
  if (way.url.starts_with("https")) {
    const CertificateAuthority authority{directory.path(), "test"};
    nginx.tls = authority.issue({"receiver", {"DNS:loki.example.com"}});
    environment["METRICS_EVENT_CA_CERT"] = authority.certificate();
  }
  std::optional<Nginx> server; // filled in another process, which ends with the program
  std::optional<TinyProxy> proxy;
  auto outcome = run_isolated(program, send(way.url, {"--verbose"}, environment), way.names, [&] {
    server.emplace(nginx);
    proxy.emplace(tinyproxy);
  });
  if (!outcome) {
    return std::nullopt;
  }
  outcome->err = std::regex_replace(outcome->err, std::regex{R"(in \d+ ms)"}, "in 0 ms");
  return Arrival{*std::move(outcome), read_file(directory.path() / "tinyproxy.log")};
}

std::string delivered(const std::string& url) {
  return "metrics-event: delivered runner_installed to " + url + ": HTTP status 204 in 0 ms\n";
}

const std::string http_url = "http://loki.example.com:3100/loki/api/v1/push";
const std::string https_url = "https://loki.example.com:3100/loki/api/v1/push";

// Of a server that wants the right credentials, and not those of the proxy.
const std::string picky = R"(location = /loki/api/v1/push {
if ($http_proxy_authorization) { return 400; }
if ($http_authorization != "Bearer token") { return 401; }
if ($http_host != "loki.example.com:3100") { return 421; }
return 204;
})";

} // namespace

TEST_CASE("a real proxy takes an event to a real server, with the credentials of each") {
  const auto arrival = arrive({.url = http_url,
                               .proxy = {.user = "user", .password = "pass"},
                               .proxy_user = "user:pass@",
                               .server = picky,
                               .bearer_token = "token"});
  if (!arrival) {
    MESSAGE(skipped);
    return;
  }
  CHECK(arrival->outcome.status == 0);
  CHECK(arrival->outcome.err == "metrics-event: warning: credentials are sent to loki.example.com "
                                "unencrypted; use an https URL\n" +
                                    delivered(http_url));
  CHECK(arrival->proxy_log.find(": POST " + http_url + " HTTP/1.1") != std::string::npos);
}

TEST_CASE("TLS goes through a real proxy, which sees nothing of it") {
  const auto arrival = arrive({.url = https_url,
                               .proxy = {.user = "user", .password = "pass"},
                               .proxy_user = "user:pass@",
                               .server = picky,
                               .bearer_token = "token"});
  if (!arrival) {
    MESSAGE(skipped);
    return;
  }
  CHECK(arrival->outcome.status == 0);
  CHECK(arrival->outcome.err == delivered(https_url));
  CHECK(arrival->proxy_log.find(": CONNECT loki.example.com:3100 HTTP/1.1") != std::string::npos);
  CHECK(arrival->proxy_log.find("/loki/api") == std::string::npos);
}

TEST_CASE("a real proxy that refuses is told from the receiver, which the event never reaches") {
  const TinyProxyOptions with_password{.user = "user", .password = "pass"};
  const std::string wants =
      "; the proxy rejected the credentials; give user:password@ in its URL\n";
  struct Row {
    RealWay way;
    int status;
    std::string start;
    std::string end; // its own words, which are between the two, are its own affair
  };
  const Row rows[]{
      {{http_url, with_password},
       77,
       "HTTP status 407 of the proxy http://127.0.0.1:3128, ",
       wants},
      {{https_url, with_password},
       77,
       "HTTP status 407 of the proxy http://127.0.0.1:3128, ",
       wants},
      // Of a tinyproxy that does not know the credentials. The status is that of a receiver.
      {{http_url, with_password, "user:wrong@"},
       77,
       "HTTP status 401 through the proxy http://127.0.0.1:3128, ",
       "; the receiver rejected the credentials; check --username and --password-file (Grafana "
       "Cloud: the numeric user and a token with logs:write) or --bearer-token-file, and the "
       "tenant (--org-id)\n"},
      {{https_url, with_password, "user:wrong@"},
       77,
       "HTTP status 401 of the proxy http://127.0.0.1:3128, ",
       wants},
      {{https_url, {.connect_ports = {443}}},
       77,
       "HTTP status 403 of the proxy http://127.0.0.1:3128, ",
       "; the proxy does not allow connections to the receiver\n"},
      {{.url = https_url, .names = {.answer = Answer::no_such_name}},
       75,
       "HTTP status 500 of the proxy http://127.0.0.1:3128, ",
       "; the proxy cannot reach the receiver; try again later\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.way.url);
    CAPTURE(row.start);
    const auto arrival = arrive(row.way);
    if (!arrival) {
      MESSAGE(skipped);
      return;
    }
    const std::string& err = arrival->outcome.err;
    CAPTURE(err);
    CHECK(arrival->outcome.status == row.status);
    CHECK(err.starts_with("metrics-event: error: cannot deliver runner_installed to " +
                          row.way.url + ": " + row.start));
    CHECK(err.ends_with(row.end));
    CHECK(arrival->proxy_log.find("Established connection to host") == std::string::npos);
  }
}

TEST_SUITE_END();
