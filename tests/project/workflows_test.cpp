// The workflows of the repository: they ask `./dev` for tasks that it has, and for everything.
#include "support/process.hpp"
#include "support/program.hpp"

#include <doctest/doctest.h>

#include <set>
#include <sstream>
#include <string>

using namespace metrics_event::testing;

namespace {

// A line for each `run:` of each step of each job, read as YAML, which also GitHub takes it for.
constexpr const char* commands_of = R"(
import pathlib, sys, yaml
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.yml")):
  for job in yaml.safe_load(path.read_text()).get("jobs", {}).values():
    for step in job.get("steps", []):
      print(*step.get("run", "").splitlines(), sep="\n")
)";

} // namespace

TEST_SUITE_BEGIN("workflows");

TEST_CASE("the workflows ask ./dev for tasks that it has") {
  const Outcome commands =
      run("/usr/bin/python3", {.arguments = {"-c", commands_of, source_directory + "/.github"}});
  REQUIRE_MESSAGE(commands.status == 0, commands.err);
  const Outcome help = run("/bin/sh", {.arguments = {source_directory + "/dev", "help"}});

  std::set<std::string> asked;
  std::istringstream lines{commands.out};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string word;
    std::string task;
    if (words >> word >> task && word == "./dev") {
      CAPTURE(task);
      CHECK(help.out.find("\n  " + task + ' ') != std::string::npos);
      asked.insert(task);
    }
  }
  CHECK(asked == std::set<std::string>{"fuzz", "lint", "package", "test"});
}

TEST_SUITE_END();
