// The systemd units: systemd understands them, they shut the services in as far as was measured,
// and they fit the program, which a real systemd as PID 1 starts by them.
#include "base/exit_code.hpp"
#include "support/boot.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;
using Words = std::vector<std::string>;

namespace {

namespace fs = std::filesystem;

const fs::path packaging = source_directory + "/packaging";
const std::string service = "metrics-event-flush.service";
const std::string timer = "metrics-event-flush.timer";
const std::string path = "metrics-event-flush.path";
const std::string account_service = "metrics-event-flush@.service";
const std::string account_timer = "metrics-event-flush@.timer";
const std::string spool = "/var/spool/metrics-event";

std::string unit(const std::string& name) {
  return read_file(packaging / "systemd" / name);
}

// Whether a unit has exactly this line.
bool has(const std::string& unit_name, const std::string& line) {
  return ('\n' + unit(unit_name)).find('\n' + line + '\n') != std::string::npos;
}

// The words that a unit gives to a key which it has once.
Words words_of(const std::string& unit_name, const std::string& key) {
  const std::string text = '\n' + unit(unit_name);
  const std::size_t at = text.find('\n' + key + '=');
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + key.size() + 2;
  std::istringstream line{text.substr(begin, text.find('\n', begin) - begin)};
  return {std::istream_iterator<std::string>{line}, {}};
}

constexpr const char* systemd_analyze = "/usr/bin/systemd-analyze";

bool lacks_systemd() {
  const bool lacks = !fs::exists(systemd_analyze);
  if (lacks) {
    MESSAGE("SKIPPED: no systemd-analyze here");
  }
  return lacks;
}

// The units where no others are, with the program under test as the one that is installed.
class Units {
public:
  Units() {
    for (const std::string& name : {timer, path, account_timer}) {
      write_file(place(name), unit(name));
    }
    const std::string start = "\nExecStart=metrics-event ";
    for (const std::string& name : {service, account_service}) {
      std::string text = unit(name);
      const std::size_t at = text.find(start);
      REQUIRE(at != std::string::npos);
      write_file(place(name), text.replace(at, start.size(), "\nExecStart=" + program + ' '));
    }
  }

  std::string place(const std::string& name) const { return directory_.path() / name; }

private:
  TemporaryDirectory directory_;
};

struct Account {
  std::string name;
  std::string home;
  std::string result;      // of its service
  bool keeps_event = true; // while the receiver is down
  bool has_home = true;
};

// A machine with accounts, each with an event in its spool, whose timers start at once and once.
// They start when the receiver, which was down before, is up. The machine ends with the last
// service.
class FlushingMachine {
public:
  explicit FlushingMachine(const std::vector<Account>& accounts) : accounts_{accounts} {
    strip(plain_program, path("metrics-event"));
    fs::create_directories(path("units"));
    std::string wanted = "receiver.service end.service";
    std::string passwd = read_file("/etc/passwd");
    unsigned number = 4001;
    for (const Account& account : accounts) {
      const std::string numbers = std::to_string(number) + ':' + std::to_string(number);
      passwd += account.name + ":x:" + numbers + "::" + account.home + ":/bin/sh\n";
      if (account.has_home) {
        fs::create_directories(file(account.home));
        check(::chown(file(account.home).c_str(), number, number), "chown");
      }
      if (account.keeps_event) {
        add_event(account.name);
        wanted += " keep-" + account.name + ".service";
      }
      wanted += " metrics-event-flush@" + account.name + ".timer";
      ++number;
    }
    add_file("/etc/passwd", passwd);
    add_file("/etc/metrics-event/config.toml", "url = 'http://127.0.0.1:3100'\nspool = true\n");
    check(::mkfifo(file("/ended").c_str(), 0600), "mkfifo");
    add_units(wanted);
  }

  void add_file(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path{file(name)}.parent_path());
    write_file(file(name), text);
  }

  // Adds settings of the service that keeps the event of an account.
  void add_setting(const std::string& account, const std::string& line) const {
    add_unit("keep-" + account + ".service.d/more.conf", "[Service]\n" + line + '\n');
  }

  std::optional<Outcome> run() const { return boot("systemd_boot.sh", directory_.path()); }

  // What is in a file after it has run.
  std::string text(const std::string& name) const { return read_file(path("upper" + name)); }

  // The number of entries that wait in the spool of an account after it has run.
  std::ptrdiff_t waiting(const Account& account) const {
    const fs::path box = path("upper" + account.home) + "/.local/state/metrics-event/spool/new";
    return fs::exists(box) ? std::distance(fs::directory_iterator{box}, {}) : 0;
  }

  std::string console() const { return read_file(path("console")); }

private:
  std::string path(const std::string& name) const { return directory_.path() / name; }
  std::string file(const std::string& name) const { return path("files" + name); }

  void add_unit(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path{path("units/" + name)}.parent_path());
    write_file(path("units/" + name), text);
  }

  void add_event(const std::string& account) const {
    add_unit("keep-" + account + ".service",
             "[Unit]\nBefore=receiver.service\n[Service]\nType=oneshot\nUser=" + account +
                 "\nEnvironment=METRICS_EVENT_RETRIES=0\nStandardError=append:/said-by-" + account +
                 "\nExecStart=metrics-event runner-installed --flavor " + account +
                 " --duration 1\n");
  }

  void add_units(const std::string& wanted) const {
    for (const std::string& name : {account_service, account_timer}) {
      add_unit(name, unit(name));
      add_file("/usr/lib/systemd/system/" + name, unit(name)); // where the program looks
    }
    add_unit(account_timer + ".d/once.conf",
             "[Unit]\nAfter=receiver.service\n[Timer]\nOnCalendar=\nOnActiveSec=0\n"
             "RandomizedDelaySec=0\n");
    add_unit(account_service + ".d/end.conf",
             "[Service]\nExecStopPost=+/bin/sh -c "
             "'echo \"%i $SERVICE_RESULT $EXIT_STATUS\" >/ended'\n");
    add_unit("receiver.service",
             "[Service]\nType=notify\nNotifyAccess=all\nExecStart=/bin/sh -ec 'mkfifo /started; "
             "metrics-event listen --port 3100 >/events 2>/started & read -r line </started; "
             "systemd-notify --ready; wait'\n");
    add_unit("end.service",
             "[Unit]\nSuccessAction=exit-force\nFailureAction=exit-force\n[Service]\n"
             "Type=oneshot\nTimeoutStartSec=50s\nExecStart=/bin/sh -ec 'exec 3<>/ended; "
             "head -n " +
                 std::to_string(accounts_.size()) + " <&3 >/results'\n");
    const std::string bare = "[Unit]\nDefaultDependencies=no\n";
    for (const std::string target : {"sysinit", "basic", "shutdown", "timers"}) {
      add_unit(target + ".target", bare);
    }
    add_unit("default.target", bare + "Wants=" + wanted + '\n');
  }

  const std::vector<Account>& accounts_;
  TemporaryDirectory directory_ = TemporaryDirectory::in_memory();
};

// Text whose lines came in any order.
std::string sorted(const std::string& text) {
  std::istringstream stream{text};
  Words lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line + '\n');
  }
  std::ranges::sort(lines);
  return std::accumulate(lines.begin(), lines.end(), std::string{});
}

} // namespace

TEST_SUITE_BEGIN("systemd");

TEST_CASE("systemd understands the units") {
  if (lacks_systemd()) {
    return;
  }
  const Units units;
  const Outcome outcome = run(
      systemd_analyze, {.arguments = {"verify", "--man=no", "--recursive-errors=no",
                                      units.place(service), units.place(timer), units.place(path),
                                      units.place(account_service), units.place(account_timer)}});
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
}

TEST_CASE("the services are as little exposed as was measured") {
  if (lacks_systemd()) {
    return;
  }
  const Units units;
  // Of 10, by systemd 252: what is left is the network, and that the one is root, and that the
  // other writes into a home.
  for (const auto& [name, exposure] :
       {std::pair{service, "--threshold=18"}, std::pair{account_service, "--threshold=17"}}) {
    const Outcome outcome = run(
        systemd_analyze,
        {.arguments = {"security", "--no-pager", "--offline=true", exposure, units.place(name)}});
    CAPTURE(outcome.out);
    CHECK(outcome.err == "");
    CHECK(outcome.status == 0);
  }
}

TEST_CASE("the services are shut in, also where the measure does not notice") {
  for (const char* line : {"NoNewPrivileges=yes", "PrivateTmp=yes", "CapabilityBoundingSet=",
                           "LimitCORE=0", "LockPersonality=yes", "MemoryDenyWriteExecute=yes",
                           "ProcSubset=pid", "ProtectHostname=yes", "UMask=0077"}) {
    CAPTURE(line);
    CHECK(has(service, line));
    CHECK(has(account_service, line));
  }
  CHECK(has(service, "ProtectSystem=strict"));
  CHECK(has(service, "ProtectHome=yes"));
  CHECK(has(account_service, "ProtectSystem=full"));
  CHECK(has(account_service, "NoExecPaths=/"));
}

TEST_CASE("a receiver that is down is no failure of a service, everything else is") {
  Words expected;
  for (const ExitCode code : {ExitCode::nohost, ExitCode::unavailable, ExitCode::tempfail}) {
    expected.push_back(std::to_string(static_cast<int>(code)));
  }
  expected.insert(expected.end(), {"143", "SIGTERM"});
  CHECK(words_of(service, "SuccessExitStatus") == expected);
  CHECK(words_of(account_service, "SuccessExitStatus") == expected);
}

TEST_CASE("the units and tmpfiles.d speak of one spool") {
  CHECK(words_of(service, "ReadWritePaths") == Words{'-' + spool});
  CHECK(words_of(path, "PathChanged") == Words{spool + "/new"});
  CHECK(read_file(packaging / "tmpfiles.d" / "metrics-event.conf")
            .ends_with("\nd " + spool + " 0700 root root -\n"));
}

TEST_CASE("what waits in the spools of accounts is delivered, wherever their homes are") {
  if (lacks_systemd()) {
    return;
  }
  if (::geteuid() != 0) { // the files of the accounts are given to them
    MESSAGE("SKIPPED: not root");
    return;
  }
  const std::vector<Account> accounts{
      {.name = "agent", .home = "/var/lib/agent", .result = "success 0"},
      {.name = "away", .home = "/srv/away", .result = "success 69"},
      {.name = "git-runner", .home = "/opt/git-runner", .result = "success 0"},
      {.name = "mistaken",
       .home = "/home/mistaken",
       .result = "exit-code 78",
       .keeps_event = false},
      {.name = "newcomer",
       .home = "/home/newcomer",
       .result = "success 0",
       .keeps_event = false,
       .has_home = false},
      {.name = "runner", .home = "/home/runner", .result = "success 0"},
  };
  const FlushingMachine machine{accounts};
  machine.add_setting("away", "Environment=METRICS_EVENT_URL=http://127.0.0.1:1");
  machine.add_file("/home/mistaken/.config/metrics-event/config.toml", "timeout = 'soon'\n");
  machine.add_file("/etc/systemd/system/timers.target.wants/metrics-event-flush@agent.timer", "");

  const auto outcome = machine.run();
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces or cgroups here");
    return;
  }
  CAPTURE(outcome->err);
  CAPTURE(machine.console());
  REQUIRE(outcome->status == 0);
  std::string results;
  std::string delivered;
  for (const Account& account : accounts) {
    CAPTURE(account.name);
    results += account.name + ' ' + account.result + '\n';
    const bool is_delivered = account.keeps_event && account.name != "away";
    if (is_delivered) {
      delivered += R"({"timestamp":#,"event":"runner_installed","flavor":")" + account.name +
                   R"(","duration":1})" + '\n';
    }
    CHECK(machine.waiting(account) == (account.name == "away" ? 1 : 0));
  }
  CHECK(sorted(machine.text("/results")) == results);
  CHECK(sorted(std::regex_replace(machine.text("/events"), std::regex{R"re("timestamp":[0-9.]+)re"},
                                  R"("timestamp":#)")) == delivered);
  const auto kept = [](const std::string& home) {
    return "metrics-event: warning: kept in the spool \"" + home +
           "/.local/state/metrics-event/spool\": cannot deliver runner_installed to "
           "http://127.0.0.1:3100/loki/api/v1/push: 127.0.0.1:3100: connection refused; check that "
           "the "
           "receiver is running";
  };
  CHECK(machine.text("/said-by-git-runner") ==
        kept("/opt/git-runner") +
            "; nothing seems to flush this spool; let root run systemctl enable --now "
            "metrics-event-flush@git-runner.timer\n");
  CHECK(machine.text("/said-by-agent") == kept("/var/lib/agent") + '\n');
}

TEST_CASE("documents and examples name only units that exist") {
  const std::regex name{R"(metrics-event-flush(@[\w-]*)?\.(timer|path|service))"};
  const fs::path source{source_directory};
  std::vector<fs::path> files{source / "README.md", source / "CHANGELOG.md"};
  for (const char* directory : {"man", "examples"}) {
    for (const auto& entry : fs::recursive_directory_iterator{source / directory}) {
      if (entry.is_regular_file()) {
        files.push_back(entry.path());
      }
    }
  }
  std::size_t count = 0;
  for (const fs::path& file : files) {
    CAPTURE(file);
    const std::string text = read_file(file);
    for (std::sregex_iterator it{text.begin(), text.end(), name}, end; it != end; ++it, ++count) {
      CAPTURE(it->str());
      const std::string instance = (*it)[1].matched ? "@" : "";
      CHECK(fs::exists(packaging / "systemd" /
                       ("metrics-event-flush" + instance + '.' + (*it)[2].str())));
    }
  }
  CHECK(count > 0);
}

// What was seen with systemd 252: DirectoryNotEmpty= is true again at each end of a service that
// leaves entries behind, and five starts in ten seconds make the path unit fail.
TEST_CASE("no outage stops the path unit") {
  CHECK(unit(path).find("\nDirectoryNotEmpty=") == std::string::npos);
  CHECK(has(service, "StartLimitIntervalSec=0"));
  CHECK(has(service, "ExecStartPre=-sleep 5"));
}

TEST_SUITE_END();
