// The systemd units: systemd understands them, they shut the service in as far as was measured, and
// they fit the program.
#include "base/exit_code.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <iterator>
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
    for (const std::string& name : {service, timer, path}) {
      write_file(place(name), unit(name));
    }
    const std::string start = "\nExecStart=metrics-event ";
    std::string text = unit(service);
    const std::size_t at = text.find(start);
    REQUIRE(at != std::string::npos);
    write_file(place(service), text.replace(at, start.size(), "\nExecStart=" + program + ' '));
  }

  std::string place(const std::string& name) const { return directory_.path() / name; }

private:
  TemporaryDirectory directory_;
};

} // namespace

TEST_SUITE_BEGIN("systemd");

TEST_CASE("systemd understands the units") {
  if (lacks_systemd()) {
    return;
  }
  const Units units;
  const Outcome outcome =
      run(systemd_analyze,
          {.arguments = {"verify", "--man=no", "--recursive-errors=no", units.place(service),
                         units.place(timer), units.place(path)}});
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
}

TEST_CASE("the service is as little exposed as was measured") {
  if (lacks_systemd()) {
    return;
  }
  const Units units;
  // 1.8 of 10, by systemd 252: what is left is the network, and that it is root.
  const Outcome outcome =
      run(systemd_analyze, {.arguments = {"security", "--no-pager", "--offline=true",
                                          "--threshold=18", units.place(service)}});
  CAPTURE(outcome.out);
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
}

TEST_CASE("the service is shut in, also where the measure does not notice") {
  for (const char* line :
       {"NoNewPrivileges=yes", "PrivateTmp=yes", "ProtectSystem=strict", "ProtectHome=yes",
        "CapabilityBoundingSet=", "LimitCORE=0", "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes", "ProcSubset=pid", "ProtectHostname=yes", "UMask=0077"}) {
    CAPTURE(line);
    CHECK(has(service, line));
  }
}

TEST_CASE("a receiver that is down is no failure of the service, everything else is") {
  Words expected;
  for (const ExitCode code : {ExitCode::nohost, ExitCode::unavailable, ExitCode::tempfail}) {
    expected.push_back(std::to_string(static_cast<int>(code)));
  }
  expected.insert(expected.end(), {"143", "SIGTERM"});
  CHECK(words_of(service, "SuccessExitStatus") == expected);
}

TEST_CASE("the units and tmpfiles.d speak of one spool") {
  CHECK(words_of(service, "ReadWritePaths") == Words{'-' + spool});
  CHECK(words_of(path, "PathChanged") == Words{spool + "/new"});
  CHECK(read_file(packaging / "tmpfiles.d" / "metrics-event.conf")
            .ends_with("\nd " + spool + " 0700 root root -\n"));
}

// What was seen with systemd 252: DirectoryNotEmpty= is true again at each end of a service that
// leaves entries behind, and five starts in ten seconds make the path unit fail.
TEST_CASE("no outage stops the path unit") {
  CHECK(unit(path).find("\nDirectoryNotEmpty=") == std::string::npos);
  CHECK(has(service, "StartLimitIntervalSec=0"));
  CHECK(has(service, "ExecStartPre=-sleep 5"));
}

TEST_SUITE_END();
