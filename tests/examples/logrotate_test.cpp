// The rotation of the file of a file: URL, by a real logrotate, while events are written.
#include "support/descriptor.hpp"
#include "support/example_stage.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr const char* logrotate = "/usr/sbin/logrotate";
constexpr int rounds = 4;
constexpr int writers = 12; // in each round, one event each

// A log, and the example's rules for it.
struct Log {
  Log() {
    write_file(directory.path() / "rules", substitute(read_file(example("logrotate/metrics-event")),
                                                      "/var/log/metrics.log", path.string()));
    fs::permissions(directory.path() / "rules", fs::perms{0644});
  }

  std::unique_ptr<Background> write(const std::string& name) const {
    return std::make_unique<Background>(
        plain_program, Invocation{.arguments = {"send", "written", "by=" + name, "--url",
                                                "file://" + path.string()}});
  }

  Outcome rotate() const {
    return run(logrotate, {.arguments = {"--force", "--state", directory.path() / "state",
                                         directory.path() / "rules"},
                           .environment = {{"PATH", "/usr/bin:/bin"}}});
  }

  TemporaryDirectory directory;
  fs::path path = directory.path() / "metrics.log";
};

ino_t inode_of(const fs::path& file) {
  struct stat status {};
  check(::stat(file.c_str(), &status), file.c_str());
  return status.st_ino;
}

std::string text_of(const fs::path& log) {
  return log.extension() != ".gz" ? read_file(log) : run("/bin/zcat", {.arguments = {log}}).out;
}

} // namespace

TEST_SUITE_BEGIN("example-logrotate");

TEST_CASE("no line is lost and none is torn while the file is rotated") {
  if (!fs::exists(logrotate)) {
    MESSAGE("SKIPPED: no logrotate here");
    return;
  }
  const Log log;
  std::set<std::string> written;
  // Of a round all have written before the next rotation, as within the week of the example.
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::unique_ptr<Background>> running;
    for (int writer = 0; writer < writers; ++writer) {
      const std::string name = std::to_string(round) + '-' + std::to_string(writer);
      running.push_back(log.write(name));
      written.insert(name);
      if (writer == 0) {
        CHECK(running.front()->wait(20s).status == 0); // there is something to rotate
        running.clear();
      } else if (writer == writers / 2) {
        const Outcome outcome = log.rotate();
        CHECK(outcome.status == 0);
        CHECK(outcome.err == "");
      }
    }
    for (const auto& process : running) {
      const Outcome outcome = process->wait(20s);
      CHECK(outcome.status == 0);
      CHECK(outcome.err == "");
    }
  }
  std::set<std::string> found;
  std::size_t lines = 0;
  for (const char* end : {"", ".1", ".2.gz", ".3.gz", ".4.gz"}) {
    std::istringstream text{text_of(log.path.string() + end)};
    for (std::string line; std::getline(text, line); ++lines) {
      const std::size_t by = line.find(R"(,"event":"written","by":")");
      CAPTURE(line);
      REQUIRE(by != std::string::npos);
      CHECK((line.starts_with(R"({"timestamp":)") && line.ends_with("\"}")));
      found.insert(line.substr(by + 25, line.size() - by - 27));
    }
  }
  CHECK(found == written);
  CHECK(lines == written.size());
}

TEST_CASE("the file is renamed, not copied, and the new one has its mode") {
  if (!fs::exists(logrotate)) {
    MESSAGE("SKIPPED: no logrotate here");
    return;
  }
  const Log log;
  CHECK(log.rotate().status == 0); // no file is no trouble
  log.write("one")->wait(20s);
  const fs::perms mode{0620};
  fs::permissions(log.path, mode);
  const ino_t inode = inode_of(log.path);
  CHECK(log.rotate().status == 0);
  CHECK(inode_of(log.path.string() + ".1") == inode);
  CHECK(fs::file_size(log.path) == 0);
  CHECK(fs::status(log.path).permissions() == mode);
}

TEST_SUITE_END();
