#include "net/lookup.hpp"

#include "support/isolated.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <optional>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
using Answer = NameServer::Answer;
using Words = std::vector<std::string>;

namespace {

constexpr auto ceiling = 4s;         // below the default timeout, which nothing here may wait for
constexpr std::uint16_t port = 3100; // free in its own network

// Sends to a host name on a port, in a network with nothing but a name server of the test's own.
std::optional<Outcome> send_to_name(const NameServer& names, const Words& options) {
  Words arguments{"runner-installed",
                  "--flavor",
                  "small",
                  "--duration",
                  "1",
                  "--url",
                  "http://loki.example.com:" + std::to_string(port)};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return run_isolated(
      program, {.arguments = arguments, .environment = {one_attempt}, .limit = ceiling}, names);
}

std::string failure(const std::string& reason) {
  return "metrics-event: error: cannot deliver runner_installed to "
         "http://loki.example.com:3100/loki/api/v1/push: " +
         reason + '\n';
}

} // namespace

TEST_SUITE_BEGIN("lookup");

TEST_CASE("literals and localhost are looked up without asking anybody") {
  const Deadline past{};
  CHECK(*look_up("192.0.2.1", past) == Words{"192.0.2.1"});
  CHECK(*look_up("2001:db8::1", past) == Words{"2001:db8::1"});
  CHECK(*look_up("fe80::1%eth0", past) == Words{"fe80::1%eth0"});
  for (const char* name : {"localhost", "LocalHost", "localhost.", "a.localhost"}) {
    CAPTURE(name);
    CHECK(*look_up(name, past) == Words{"127.0.0.1", "::1"});
  }
}

TEST_CASE("an unknown host is 68") {
  const auto outcome = send_to_name({.answer = Answer::no_such_name}, {});
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->status == 68);
  CHECK(outcome->err == failure("the host \"loki.example.com\" is unknown; check the host name"));
}

TEST_CASE("a name that only ends like localhost is asked for") {
  const auto outcome =
      run_isolated(program,
                   {.arguments = {"runner-installed", "--flavor", "small", "--duration", "1",
                                  "--url", "http://notlocalhost"}},
                   {.answer = Answer::no_such_name});
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->status == 68);
}

TEST_CASE("a name server that cannot say is 68 as well, and named") {
  const auto outcome = send_to_name({.answer = Answer::server_failure}, {});
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->status == 68);
  CHECK(outcome->err ==
        failure("the lookup of \"loki.example.com\" failed: temporary failure in name resolution; "
                "check the host name and the name server"));
}

TEST_CASE("a name server that is silent cannot hold up the deadline") {
  const auto outcome = send_to_name({.answer = Answer::silent}, {"--timeout", "300ms"});
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->status == 75); // its lookup takes 30 s, more than the program may run here
  CHECK(outcome->err ==
        failure("the name server did not answer for \"loki.example.com\" in time; try "
                "again later or raise --timeout"));
}

TEST_CASE("every address of a name is tried") {
  const auto outcome = send_to_name(
      {.answer = Answer::addresses, .addresses = {"127.0.0.2", "127.0.0.3", "::1"}}, {});
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->status == 69);
  for (const char* address : {"127.0.0.2:3100", "127.0.0.3:3100", "[::1]:3100"}) {
    CAPTURE(address);
    CHECK(outcome->err.find(std::string{address} + ": connection refused") != std::string::npos);
  }
}

TEST_CASE("the address that answers gets the event") {
  // The server's port is known only inside, so the program is a shell that is told it by a file.
  std::optional<RawServer> server;
  TemporaryDirectory directory;
  const std::string port_file = (directory.path() / "port").string();
  const auto outcome = run_isolated(
      "/bin/sh",
      {.arguments = {"-c", "exec " + program +
                               " runner-installed --flavor small --duration 1 --url "
                               "http://loki.example.com:$(cat " +
                               port_file + ")"}},
      {.answer = Answer::addresses, .addresses = {"::1", "127.0.0.1"}}, [&] {
        server.emplace(std::vector<Behaviour>{{.reply = http_reply(204, "No Content")}});
        write_file(port_file, std::to_string(server->port()));
      });
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->err.empty());
  CHECK(outcome->status == 0);
}

TEST_SUITE_END();
