// The example scripts for a shell, run by the shells that there are.
#include "json/writer.hpp"
#include "support/example_stage.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace metrics_event::testing;
namespace fs = std::filesystem;

namespace {

const std::vector<std::vector<std::string>> shells{
    {"/bin/dash"}, {"/bin/bash"}, {"/bin/bash", "--posix"}, {"/bin/busybox", "sh"}, {"/bin/zsh"}};

// A script that reports its end, in one of the shells.
Outcome run_script(const ExampleStage& stage, std::vector<std::string> shell,
                   const std::string& text) {
  const std::string script = stage.path() / "script";
  write_file(script, "set -eu\n. " + example("shell/on-exit.sh").string() +
                         "\ntrap 'metrics_event_exit nightly-import source=crm' EXIT\n" + text);
  const std::string name = shell.front();
  shell.erase(shell.begin());
  shell.push_back(script);
  return run(name, {.arguments = shell, .environment = stage.environment()});
}

std::string line_of(int code, const std::string& status) {
  return R"({"timestamp":#,"event":"nightly_import","source":"crm","duration":#,"exit_code":)" +
         std::to_string(code) + R"(,"status":")" + status + "\"}\n";
}

// Ways to end, the status that a caller sees.
const std::vector<std::pair<std::string, int>> endings{
    {"true\n", 0},
    {"exit 0\n", 0},
    {"exit 3\n", 3},
    {"false\ntrue\n", 1}, // -e
    {"(exit 4)\ntrue\n", 4},
    {"kill -s TERM $$\ntrue\n", 143},
    {"kill -s INT $$\ntrue\n", 130},
    {"kill -s HUP $$\ntrue\n", 129},
};

} // namespace

TEST_SUITE_BEGIN("example-shell");

TEST_CASE("however a script ends, its event says so, and its status is kept") {
  for (const auto& shell : shells) {
    CAPTURE(shell);
    ExampleStage stage;
    std::string lines;
    for (const auto& [text, status] : endings) {
      const std::string& ending = text;
      CAPTURE(ending);
      const Outcome outcome = run_script(stage, shell, ending);
      CHECK(outcome.status == status);
      CHECK(outcome.out + outcome.err == "");
      lines += line_of(status, status == 0 ? "normal" : "abnormal");
    }
    CHECK(stage.arrived() == lines);
  }
}

TEST_CASE("a text that a script does not know reaches its event as it is") {
  for (const auto& shell : shells) {
    CAPTURE(shell);
    ExampleStage stage;
    std::string lines;
    for (const std::string branch :
         {"--dry-run", "--", "", "it's \"quoted\"", "two\nlines", "$(exit 1) `exit 1`", "a=b:=c"}) {
      write_file(stage.path() / "script",
                 ". " + example("shell/on-exit.sh").string() +
                     "\ntrap 'metrics_event_exit deployed \"branch=$1\"' EXIT\n");
      std::vector<std::string> arguments{shell.begin() + 1, shell.end()};
      arguments.insert(arguments.end(), {stage.path() / "script", branch});
      const Outcome outcome =
          run(shell.front(), {.arguments = arguments, .environment = stage.environment()});
      CHECK(outcome.out + outcome.err == "");
      lines += R"({"timestamp":#,"event":"deployed","branch":)" +
               metrics_event::json_string(branch) +
               R"(,"duration":#,"exit_code":0,"status":"normal"})"
               "\n";
    }
    CHECK(stage.arrived() == lines);
  }
}

TEST_CASE("no trouble with the event changes the status of a script") {
  for (const auto& shell : shells) {
    CAPTURE(shell);
    const ExampleStage stage{"401"};
    const Outcome refused = run_script(stage, shell, "exit 3\n");
    CHECK(refused.status == 3);
    CHECK(refused.err.starts_with("metrics-event: warning: "));
    fs::remove(stage.path() / "bin/metrics-event");
    CHECK(run_script(stage, shell, "exit 3\n").status == 3);
    CHECK(run_script(stage, shell, "true\n").status == 0);
  }
}

TEST_CASE("full disks are events, others are not") {
  ExampleStage stage;
  stage.add_program(
      "df",
      "[ \"$*\" = '--local --exclude-type=squashfs --exclude-type=iso9660 "
      "--output=pcent,target' ] || exit\n"
      "/bin/df \"$@\" >/dev/null\n" // a real one takes that too
      "echo 'Use% Mounted on\n 89% /\n 90% /srv/a b\n   - /proc/fs\n100% /srv/$(x) \"y\" --z'\n");
  const Outcome outcome = run("/bin/sh", {.arguments = {example("shell/disk-check.sh")},
                                          .environment = stage.environment()});
  CHECK(outcome.out + outcome.err == "");
  CHECK(outcome.status == 0);
  CHECK(
      stage.arrived() ==
      R"({"timestamp":#,"event":"disk_full","mount":"/srv/a b","used":90,"level":"warning"})"
      "\n"
      R"({"timestamp":#,"event":"disk_full","mount":"/srv/$(x) \"y\" --z","used":100,"level":"critical"})"
      "\n");
}

TEST_SUITE_END();
