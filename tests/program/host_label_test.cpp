// Labels that say which host an event is of, on hosts whose names and machine ids a test chooses.
#include "base/text.hpp"
#include "support/another_user.hpp"
#include "support/isolated.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/storing_receiver.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace metrics_event::testing;
using metrics_event::quote;
using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

namespace {

Words event(const Words& more) {
  Words words{"send", "started"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// What a test makes of a host.
struct Host {
  std::string name = "runner-17.example.com";
  std::optional<std::string> machine_id{}; // the content of /etc/machine-id; none: no file
};

// Runs a program on such a host; nothing where the kernel forbids that.
std::optional<Outcome> run_on(const Host& host, const std::string& what,
                              const Invocation& invocation) {
  const TemporaryDirectory etc;
  if (host.machine_id) {
    write_file(etc.path() / "machine-id", *host.machine_id);
  }
  auto outcome = run_isolated(what, invocation, {}, [&] {
    check(::unshare(CLONE_NEWUTS), "unshare");
    check(::sethostname(host.name.data(), host.name.size()), "sethostname");
    check(::mount(etc.path().c_str(), "/etc", nullptr, MS_BIND, nullptr), "mount");
  });
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
  }
  return outcome;
}

std::optional<Outcome> run_on(const Host& host, const Words& arguments,
                              const Variables& variables = {}) {
  return run_on(host, program, {.arguments = arguments, .environment = variables});
}

// The labels of a push that a dry run prints.
std::string labels_of(const Outcome& outcome) {
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
  const std::string begin = R"({"streams":[{"stream":)";
  REQUIRE(outcome.out.starts_with(begin));
  return outcome.out.substr(begin.size(), outcome.out.find('}') + 1 - begin.size());
}

// The name of the host that the test runs on.
std::string own_name() {
  utsname names{};
  REQUIRE(::uname(&names) == 0);
  return names.nodename;
}

const std::string mistake =
    "expected %H for the host name, %m for the machine id, or %% for a percent sign, got ";

} // namespace

TEST_SUITE_BEGIN("host label");

TEST_CASE("a dry run shows the labels and the metadata of this host, from any layer") {
  const TemporaryDirectory directory;
  const std::string config = directory.path() / "config.toml";
  write_file(config, "[label]\nhost = '%H'\n[metadata]\nmachine = '%m'\n");
  const auto outcome =
      run_on({.machine_id = "0123456789abcdef0123456789abcdef\n"},
             event({"--dry-run", "--config", config, "--label", "share=100%%", "a=%H"}),
             {{"METRICS_EVENT_LABEL", "rack=r1-%H"}});
  if (!outcome) {
    return;
  }
  CHECK(labels_of(*outcome) == R"({"host":"runner-17.example.com","job":"metrics",)"
                               R"("rack":"r1-runner-17.example.com","share":"100%"})");
  CHECK(outcome->out.find(R"({"machine":"0123456789abcdef0123456789abcdef"})") !=
        std::string::npos);
  CHECK(outcome->out.find(R"(\"a\":\"%H\")") != std::string::npos); // a field is none of that
}

TEST_CASE("an unknown specifier is an error of the place that has it") {
  const TemporaryDirectory directory;
  const std::string config = directory.path() / "config.toml";
  write_file(config, "[label]\nhost = '%h'\n");
  const auto complaint = [](const Words& arguments, const Variables& variables = {}) {
    const Outcome outcome = run(program, {.arguments = event(arguments), .environment = variables});
    return std::to_string(outcome.status) + ' ' + outcome.err;
  };
  CHECK(complaint({"-n", "--label", "host=%h"}) ==
        "64 metrics-event: error: --label: " + mistake + "\"%h\"\n");
  CHECK(complaint({"-n"}, {{"METRICS_EVENT_METADATA", "load=97%"}}) ==
        "78 metrics-event: error: METRICS_EVENT_METADATA: " + mistake + "\"97%\"\n");
  CHECK(complaint({"-n", "--config", config}) ==
        "78 metrics-event: error: " + config + ":2:8: label: " + mistake + "\"%h\"\n");
  // The command line is wrong, so COMMAND is not run.
  CHECK(complaint({"--label", "host=%h", "--", "/bin/echo", "runs"}) ==
        "64 metrics-event: error: --label: " + mistake + "\"%h\"\n");
}

TEST_CASE("without a machine id there is no event, but COMMAND runs") {
  const auto complaint = [](const std::string& why) {
    return "metrics-event: error: --label: cannot expand %m: " + why +
           "; run systemd-machine-id-setup, or use %H\n";
  };
  const Words words = event({"-n", "--label", "machine=%m"});
  const auto missing = run_on({}, words);
  const auto uninitialized = run_on({.machine_id = "uninitialized\n"}, words);
  Words wrapped = words;
  wrapped.insert(wrapped.end(), {"--on", "always", "--", "/bin/sh", "-c", "echo runs; exit 3"});
  const auto command = run_on({}, wrapped);
  if (!missing || !uninitialized || !command) {
    return;
  }
  CHECK(missing->status == 78);
  CHECK(missing->err == complaint(R"(cannot read "/etc/machine-id": no such file or directory)"));
  CHECK(uninitialized->status == 78);
  CHECK(uninitialized->err ==
        complaint(R"(expected 32 hexadecimal digits in "/etc/machine-id", got "uninitialized")"));
  CHECK(command->status == 3);
  CHECK(command->out == "runs\n");
  CHECK(command->err == missing->err);
}

TEST_CASE("a host without a name is told to get one") {
  const auto outcome = run_on({.name = ""}, event({"-n", "--label", "host=%H"}));
  if (!outcome) {
    return;
  }
  CHECK(outcome->status == 78);
  CHECK(outcome->err == "metrics-event: error: --label: cannot expand %H: this host has no name; "
                        "set a host name with hostnamectl\n");
}

TEST_CASE("an event in the spool keeps the name that the host had") {
  const TemporaryDirectory directory;
  const ClosedPort closed;
  const std::string script = R"(
    spool=--spool=$SPOOL
    "$PROGRAM" send first $spool --url "$URL" --retries 0 --quiet --label host=%H
    "$PROGRAM" flush --list $spool --output json)";
  const auto spooled =
      run_on({.name = "old"}, "/bin/sh",
             {.arguments = {"-e", "-c", script},
              .environment = {{"PROGRAM", program},
                              {"SPOOL", directory.path() / "spool"},
                              {"URL", "http://127.0.0.1:" + std::to_string(closed.port())}}});
  if (!spooled) {
    return;
  }
  CHECK(spooled->err == "");
  CHECK(spooled->out.find(R"("labels":{"host":"old","job":"metrics"})") != std::string::npos);
  const std::string spool = "--spool=" + (directory.path() / "spool").string();
  const auto listed = run_on({.name = "new"}, {"flush", "--list", "--output", "json", spool},
                             {{"METRICS_EVENT_LABEL", "host=%H"}});
  REQUIRE(listed);
  CHECK(listed->out.find(R"("labels":{"host":"old","job":"metrics"})") != std::string::npos);
}

TEST_CASE("a query asks for the expanded labels, and check and schema show them") {
  const std::string host = own_name();
  const Words options{"--config", "none", "--label", "host=%H", "--metadata", "of=%H"};
  const auto with_options = [&options](Words words) {
    words.insert(words.end(), options.begin(), options.end());
    return words;
  };

  const StoringReceiver receiver{{.pushes = {lost_answer}}};
  const Outcome sent =
      run(program, {.arguments = with_options(event({"--url", receiver.push_url()}))});
  CHECK(sent.err == "");
  CHECK(sent.status == 0);
  receiver.await_quiet();
  CHECK(receiver.stored() == 1);
  const StoredEntry entry = receiver.copies().begin()->first;
  CHECK(entry.labels == metrics_event::Labels{{"host", host}, {"job", "metrics"}});
  CHECK(entry.metadata == metrics_event::Labels{{"of", host}});
  CHECK(receiver.queries().size() == 1);

  const Outcome checked =
      run(program, {.arguments = with_options({"check", "--url", receiver.push_url()})});
  CHECK(checked.out.find("host=" + host + " and job=metrics") != std::string::npos);
  CHECK(checked.out.find("%H") == std::string::npos);
  const Outcome queries = run(program, {.arguments = {"schema", "runner-stop", "--logql",
                                                      "--config", "none", "--label", "host=%H"}});
  CHECK(queries.out.find("host=" + quote(host)) != std::string::npos);
  CHECK(queries.out.find("%H") == std::string::npos);
}

TEST_CASE("a position of batch --resume belongs to the expanded labels") {
  const TemporaryDirectory directory;
  const std::string log = directory.path() / "log";
  write_file(log, "{\"event\":\"one\"}\n");
  const StoringReceiver receiver;
  const auto resume = [&](const std::string& label) {
    const Start start =
        by_another_user(program, {.arguments = {"batch", "--resume", log, "--config", "none",
                                                "--url", receiver.push_url(), "--label", label},
                                  .environment = {{"XDG_STATE_HOME", directory.path() / "state"}}});
    return run(start.program, start.invocation).err;
  };
  if (resume("host=%H").starts_with("unshare: ")) {
    MESSAGE("SKIPPED: no user namespaces here");
    return;
  }
  CHECK(resume("host=" + own_name()) == "");
  CHECK(receiver.stored() == 1);
  CHECK(resume("host=other") == "");
  CHECK(receiver.stored() == 2);
}

TEST_SUITE_END();
