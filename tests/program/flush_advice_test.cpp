// What somebody is told whose spool nothing flushes: on a host that is made up, with places of
// systemd and cron of its own.
#include "support/another_user.hpp"
#include "support/isolated.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace metrics_event::testing;
using Words = std::vector<std::string>;

namespace {

namespace fs = std::filesystem;

const std::string units = "/usr/lib/systemd/system/";
const std::string links = "/etc/systemd/system/timers.target.wants/";
const std::string nothing = "nothing seems to flush this spool; ";
const std::string enable = nothing + "let root run systemctl enable --now "
                                     "metrics-event-flush@job-runner.timer";
const std::string from_cron =
    nothing + "let cron run metrics-event flush as job-runner in /etc/cron.d/metrics-event";

// A host, by the files that it has besides those of this machine.
struct Host {
  const char* name = "";
  std::map<std::string, std::string> files{};
  std::map<std::string, std::string> environment{};
  std::string spool{}; // empty: the usual one
  std::string advice{};
};

// The files of a host that systemd has booted, with the package of ours.
std::map<std::string, std::string> booted(const std::map<std::string, std::string>& more = {}) {
  std::map<std::string, std::string> files{{"/run/systemd/system/", ""},
                                           {units + "metrics-event-flush.timer", ""},
                                           {units + "metrics-event-flush@.timer", ""}};
  files.insert(more.begin(), more.end());
  return files;
}

// Makes a host of these files, of which a directory ends in a slash.
void make_host(const std::map<std::string, std::string>& files, const std::string& passwd) {
  for (const char* place :
       {"/etc/systemd/system", "/usr/lib/systemd/system", "/run", "/etc/cron.d", "/var/spool"}) {
    check(::mount("none", place, "tmpfs", 0, nullptr), place);
  }
  check(::mount(passwd.c_str(), "/etc/passwd", nullptr, MS_BIND, nullptr), "/etc/passwd");
  for (const auto& [path, text] : files) {
    fs::create_directories(fs::path{path}.parent_path());
    if (!path.ends_with('/')) {
      write_file(path, text);
    }
  }
}

// An account, and the URL of a receiver that is down.
class Stage {
public:
  explicit Stage(bool is_root) : is_root_{is_root} {
    const std::string user = std::to_string(::geteuid() == 0 ? 1000 : ::geteuid());
    fs::create_directory(home());
    write_file(passwd(), "root:x:0:0:root:/root:/bin/sh\nshort:x:" + user + "\n" +
                             "job-runner:x:" + user + ":" + user + "::" + home() + ":/bin/sh\n");
  }

  std::string home() const { return directory_.path() / "home"; }
  std::string passwd() const { return directory_.path() / "passwd"; }
  std::string peer() const { return "127.0.0.1:" + std::to_string(closed_.port()); }
  std::string url() const { return "http://" + peer() + "/loki/api/v1/push"; }

  std::string usual_spool() const {
    return is_root_ ? "/var/spool/metrics-event" : home() + "/.local/state/metrics-event/spool";
  }

  std::optional<Outcome> run(const Host& host, Words words) const {
    words.insert(words.end(),
                 {"--url", url(), host.spool.empty() ? "--spool" : "--spool=" + host.spool});
    Invocation invocation{.arguments = words, .environment = {{"HOME", home()}, one_attempt}};
    for (const auto& [name, value] : host.environment) {
      invocation.environment[name] = value;
    }
    if (words.front() == "batch") {
      invocation.input = R"({"event":"runner_installed","flavor":"small","duration":1,)"
                         R"("timestamp":)" +
                         std::to_string(::time(nullptr)) + "}\n";
    }
    const Start start =
        is_root_ ? Start{program, invocation} : by_another_user(program, invocation);
    auto outcome =
        run_isolated(start.program, start.invocation, {}, [&] { make_host(host.files, passwd()); });
    if (!outcome || outcome->err.starts_with("unshare: ")) {
      MESSAGE("SKIPPED: no namespaces here");
      return std::nullopt;
    }
    return outcome;
  }

private:
  bool is_root_;
  TemporaryDirectory directory_;
  ClosedPort closed_;
};

const Words event{"runner-installed", "--flavor", "small", "--duration", "1"};

// What an event that is kept on a host says, and what `check` finds there.
void try_host(const Stage& stage, const Host& host) {
  CAPTURE(host.name);
  const auto state = host.environment.find("XDG_STATE_HOME");
  const std::string spool = !host.spool.empty() ? host.spool
                            : state != host.environment.end()
                                ? state->second + "/metrics-event/spool"
                                : stage.usual_spool();
  const auto kept = stage.run(host, event);
  if (!kept) {
    return;
  }
  CHECK(kept->err == "metrics-event: warning: kept in the spool \"" + spool +
                         "\": cannot deliver runner_installed to " + stage.url() + ": " +
                         stage.peer() + ": connection refused; check that the receiver is running" +
                         (host.advice.empty() ? "" : "; " + host.advice) + '\n');
  CHECK(kept->status == 0);
  const auto checked = stage.run(host, {"check"});
  REQUIRE(checked);
  const std::string warning = "  warning  spool       " + host.advice + '\n';
  CHECK((checked->out.find(warning) != std::string::npos) == !host.advice.empty());
  CHECK((checked->out.find(nothing) != std::string::npos) == !host.advice.empty());
  CHECK(checked->status == 69);
}

} // namespace

TEST_SUITE_BEGIN("flush-advice");

TEST_CASE("whoever keeps an event in a spool that nothing flushes learns what to enable") {
  const std::string timer = "metrics-event-flush@job-runner.timer";
  const std::string crontab = "/etc/cron.d/metrics-event";
  const TemporaryDirectory elsewhere;
  const Host hosts[]{
      {.name = "nothing is enabled", .files = booted(), .advice = enable},
      {.name = "the timer is enabled", .files = booted({{links + timer, ""}})},
      {.name = "it is until the next boot",
       .files = booted({{"/run/systemd/system/timers.target.wants/" + timer, ""}})},
      {.name = "that of root and of another account are",
       .files = booted({{links + "metrics-event-flush.timer", ""},
                        {links + "metrics-event-flush@runner.timer", ""}}),
       .advice = enable},
      {.name = "cron flushes it",
       .files = booted({{crontab, "# Ours.\n17 *\t* * *\tjob-runner\tmetrics-event flush\n"}})},
      {.name = "cron flushes that of another account",
       .files = booted({{crontab, "#* * * * * job-runner metrics-event flush\n"
                                  "* * * * * root metrics-event flush # not of job-runner \n"
                                  "* * * * * job-runner metrics-event check\n"}}),
       .advice = enable},
      {.name = "a container with what an image has enabled",
       .files = {{units + "metrics-event-flush@.timer", ""}, {links + timer, ""}},
       .advice = from_cron},
      {.name = "the program alone is installed",
       .files = {{"/run/systemd/system/", ""}},
       .advice = from_cron},
      {.name = "the state is elsewhere",
       .files = booted({{links + timer, ""}}),
       .environment = {{"XDG_STATE_HOME", elsewhere.path()}},
       .advice = nothing + "run metrics-event flush with the same HOME and XDG_STATE_HOME"},
      {.name = "the state is elsewhere, as a drop-in may say to the service",
       .files = booted({{links + timer, ""},
                        {"/etc/systemd/system/metrics-event-flush@job-runner.service.d/", ""}}),
       .environment = {{"XDG_STATE_HOME", elsewhere.path()}}},
      {.name = "the spool has a name of its own",
       .files = booted(),
       .spool = elsewhere.path() / "own"},
  };
  for (const Host& host : hosts) {
    try_host(Stage{false}, host);
  }
}

TEST_CASE("an account that /etc/passwd does not have is named by its number") {
  const Stage stage{false};
  write_file(stage.passwd(), "root:x:0:0:root:/root:/bin/sh\n");
  const std::string user = std::to_string(::geteuid() == 0 ? 1000 : ::geteuid());
  try_host(stage, {.name = "nothing is enabled",
                   .files = booted(),
                   .advice = nothing + "let root run systemctl enable --now metrics-event-flush@" +
                             user + ".timer"});
}

TEST_CASE("a batch says so as well") {
  const Stage stage{false};
  const auto kept = stage.run({.files = booted()}, {"batch"});
  if (!kept) {
    return;
  }
  CHECK(kept->err.starts_with(
      "metrics-event: warning: events that cannot be delivered are kept in the spool \"" +
      stage.usual_spool() + "\": cannot deliver to " + stage.url() + ": " + stage.peer() +
      ": connection refused; check that the receiver is running; " + enable +
      "\nmetrics-event: delivered 0, spooled 1, refused 0, invalid 0 in "));
  CHECK(kept->status == 0);
}

TEST_CASE("root has a timer of its own") {
  if (::geteuid() != 0) {
    MESSAGE("SKIPPED: not root");
    return;
  }
  const Host hosts[]{
      {.name = "nothing is enabled",
       .files = booted({{links + "metrics-event-flush@root.timer", ""}}),
       .advice = nothing + "run systemctl enable --now metrics-event-flush.timer"},
      {.name = "the timer is enabled",
       .files = booted({{links + "metrics-event-flush.timer", ""}})},
      {.name = "there is no systemd",
       .advice = nothing + "let cron run metrics-event flush as root in /etc/cron.d/metrics-event"},
      {.name = "cron flushes it",
       .files = {{"/etc/cron.d/metrics-event", "17 * * * * root metrics-event flush\n"}}},
  };
  for (const Host& host : hosts) {
    try_host(Stage{true}, host);
  }
}

TEST_CASE("the timer is enabled where systemd puts the link") {
  const std::string systemctl = "/usr/bin/systemctl";
  if (!fs::exists(systemctl)) {
    MESSAGE("SKIPPED: no systemctl here");
    return;
  }
  const TemporaryDirectory root;
  for (const std::string name : {"metrics-event-flush.timer", "metrics-event-flush@.timer"}) {
    fs::create_directories(root.path().string() + units);
    fs::copy_file(source_directory + "/packaging/systemd/" + name,
                  root.path().string() + units + name);
  }
  for (const std::string timer :
       {"metrics-event-flush.timer", "metrics-event-flush@job-runner.timer"}) {
    CAPTURE(timer);
    CHECK(
        run(systemctl, {.arguments = {"--root=" + root.path().string(), "enable", timer}}).status ==
        0);
    CHECK(fs::is_symlink(root.path().string() + links + timer));
  }
}

TEST_SUITE_END();
