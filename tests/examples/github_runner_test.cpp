// The hooks of a GitHub runner, run as it runs them, with the environment that it gives them.
#include "json/writer.hpp"
#include "support/example_stage.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>
#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> hooks{"job-started.sh", "job-completed.sh"};

// What was recorded of a job, with the home of the runner in a directory of ours.
std::map<std::string, std::string> recorded_environment(const fs::path& home) {
  std::map<std::string, std::string> environment;
  std::istringstream lines{substitute(
      read_file(source_directory + "/tests/fixtures/github-job.env"), "/home/runner", home)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find('=');
    environment[line.substr(0, equals)] = line.substr(equals + 1);
  }
  fs::create_directories(environment.at("RUNNER_TEMP"));
  return environment;
}

// A runner of a stage.
struct Runner {
  explicit Runner(const ExampleStage& stage, const std::string& name = "runner")
      : environment{recorded_environment(stage.path() / name)},
        stamp{fs::path{environment.at("RUNNER_TEMP")}.parent_path() / ".metrics-event-stamp"} {
    environment.merge(stage.environment());
  }

  Outcome run_hook(const std::string& name, const std::string& shell = "/bin/bash") const {
    return run(shell,
               {.arguments = {"-e", example("github-runner/" + name)}, .environment = environment});
  }

  std::map<std::string, std::string> environment;
  fs::path stamp;
};

std::string line_of(const std::string& event, const std::string& end) {
  return R"({"timestamp":#,"event":")" + event +
         R"(","flavor":"small","workflow":"Build & test","repo":"example/project",)"
         R"("github_event":"push",)" +
         end + "}\n";
}

} // namespace

TEST_SUITE_BEGIN("example-github-runner");

TEST_CASE("a job is an event at its start and one at its end, in bash and in sh") {
  for (const char* shell : {"/bin/bash", "/bin/sh"}) {
    ExampleStage stage;
    const Runner runner{stage};
    for (const std::string& hook : hooks) {
      const Outcome outcome = runner.run_hook(hook, shell);
      CHECK(outcome.status == 0);
      CHECK(outcome.out + outcome.err == "");
    }
    CHECK(stage.arrived() == line_of("runner_start", R"("idle":#)") +
                                 line_of("runner_stop", R"("status":"normal","job_duration":#)"));
  }
}

TEST_CASE("idle and busy times count from the stamp, which each hook renews") {
  const ExampleStage stage;
  Runner runner{stage};
  runner.environment["METRICS_EVENT_DRY_RUN"] = "1";
  for (const auto& [name, field] :
       {std::pair{hooks[0], "idle"}, std::pair{hooks[1], "job_duration"}}) {
    const std::string& hook = name;
    CAPTURE(hook);
    write_file(runner.stamp, "");
    const auto long_ago = fs::file_time_type::clock::now() - 1000s;
    fs::last_write_time(runner.stamp, long_ago);
    const std::string body = runner.run_hook(hook).out;
    std::smatch seconds;
    REQUIRE(std::regex_search(body, seconds, std::regex{std::string{field} + R"(\\":([0-9.]+))"}));
    CHECK(std::stod(seconds[1]) >= 1000);
    CHECK(fs::last_write_time(runner.stamp) > long_ago);
  }
}

TEST_CASE("an event is in the stream of its host") {
  const ExampleStage stage;
  Runner runner{stage};
  runner.environment["METRICS_EVENT_DRY_RUN"] = "1";
  utsname names{};
  REQUIRE(::uname(&names) == 0);
  for (const std::string& hook : hooks) {
    CHECK(runner.run_hook(hook).out.starts_with(R"({"streams":[{"stream":{"host":)" +
                                                metrics_event::json_string(names.nodename) +
                                                R"(,"job":"metrics"})"));
  }
}

TEST_CASE("runners on one host keep their times apart, and a job cannot take them away") {
  const ExampleStage stage;
  const Runner one{stage, "one"};
  const Runner two{stage, "two"};
  one.run_hook(hooks[0]);
  CHECK(fs::exists(one.stamp));
  CHECK(!fs::exists(two.stamp));
  CHECK(fs::is_empty(one.environment.at("RUNNER_TEMP"))); // the runner empties it around each job
}

TEST_CASE("whatever a job is called, its events say it") {
  for (const std::string name : {"--dry-run",
                                 "-n",
                                 "-qn",
                                 "--",
                                 "-",
                                 "--workflow",
                                 "--workflow=other",
                                 "--flavor=",
                                 "--help",
                                 "send",
                                 "key=value",
                                 "key:=1",
                                 "@file",
                                 "it's \"quoted\"",
                                 "two\nlines\n",
                                 " spaces ",
                                 "$(exit 1) `exit 1` $HOME ${x}",
                                 "back\\slash\\",
                                 "*",
                                 "[a,b]",
                                 "{}",
                                 "%H",
                                 "a;b|c&d>e",
                                 "caf\u00e9 \u202e"}) {
    CAPTURE(name);
    ExampleStage stage;
    Runner runner{stage};
    for (const char* const variable :
         {"RUNNER_FLAVOR", "GITHUB_WORKFLOW", "GITHUB_REPOSITORY", "GITHUB_EVENT_NAME"}) {
      runner.environment[variable] = name;
    }
    const std::string text = metrics_event::json_string(name);
    const std::string fields = R"("flavor":)" + text + R"(,"workflow":)" + text + R"(,"repo":)" +
                               text + R"(,"github_event":)" + text + ',';
    for (const std::string& hook : hooks) {
      const Outcome outcome = runner.run_hook(hook);
      CHECK(outcome.status == 0);
      CHECK(outcome.out + outcome.err == "");
    }
    CHECK(stage.arrived() == R"({"timestamp":#,"event":"runner_start",)" + fields +
                                 "\"idle\":#}\n" + R"({"timestamp":#,"event":"runner_stop",)" +
                                 fields + "\"status\":\"normal\",\"job_duration\":#}\n");
  }
}

TEST_CASE("a variable that is empty is not sent as an empty text, and its name is said") {
  ExampleStage stage;
  Runner runner{stage};
  runner.environment["GITHUB_WORKFLOW"] = "";
  for (const std::string& hook : hooks) {
    const Outcome outcome = runner.run_hook(hook);
    CHECK(outcome.err.find(" needs --workflow TEXT (or GITHUB_WORKFLOW)\n") != std::string::npos);
    CHECK(outcome.status == 0);
  }
  CHECK(stage.arrived() == "");
}

TEST_CASE("without a flavor it is self-hosted") {
  ExampleStage stage;
  Runner runner{stage};
  runner.environment.erase("RUNNER_FLAVOR");
  runner.run_hook(hooks[0]);
  CHECK(stage.arrived().find(R"("flavor":"self-hosted")") != std::string::npos);
}

TEST_CASE("no trouble fails a job") {
  const ExampleStage stage;
  const Runner runner{stage};
  const std::vector<std::pair<std::string, std::function<void(Runner&)>>> troubles{
      {"warning: cannot deliver",
       [](Runner& r) { r.environment["METRICS_EVENT_URL"] = "http://127.0.0.1:1"; }},
      {"METRICS_EVENT_RETRIES", [](Runner& r) { r.environment["METRICS_EVENT_RETRIES"] = "many"; }},
      {"not found", [](Runner& r) { r.environment["PATH"] = "/usr/bin:/bin"; }},
      {"",
       [](Runner& r) {
         r.environment = {{"PATH", r.environment["PATH"]}};
       }},
      {"metrics-event-stamp", [](Runner& r) { r.environment["RUNNER_TEMP"] = "/proc/self/fd"; }},
  };
  for (const auto& [said, make_trouble] : troubles) {
    const std::string& words = said;
    for (const std::string& hook : hooks) {
      CAPTURE(words);
      CAPTURE(hook);
      Runner troubled = runner;
      make_trouble(troubled);
      const Outcome outcome = troubled.run_hook(hook);
      CHECK(outcome.err.find(words) != std::string::npos);
      CHECK(outcome.err.empty() == words.empty());
      CHECK(outcome.status == 0);
    }
  }
}

TEST_CASE("with a spool, an event that cannot be delivered waits there, and the job goes on") {
  ExampleStage stage;
  const Runner runner{stage};
  Runner offline = runner;
  const ClosedPort closed;
  const std::string url = "http://127.0.0.1:" + std::to_string(closed.port());
  const std::string spool = stage.path() / "spool";
  offline.environment.merge(std::map<std::string, std::string>{{"METRICS_EVENT_SPOOL", spool},
                                                               {"METRICS_EVENT_RETRIES", "0"}});
  offline.environment["METRICS_EVENT_URL"] = url;
  for (const std::string& hook : hooks) {
    const Outcome outcome = offline.run_hook(hook);
    CHECK(outcome.err.starts_with("metrics-event: warning: kept in the spool \"" + spool + "\": "));
    CHECK(outcome.status == 0);
  }
  CHECK(std::distance(fs::directory_iterator{fs::path{spool} / "new"}, {}) == 2);
  CHECK(read_file(example("github-runner/job-started.sh"))
            .find("\n#   sudo systemctl enable --now metrics-event-flush@runner.timer\n") !=
        std::string::npos);
}

TEST_CASE("a receiver that says nothing holds no job up, whatever the settings say") {
  const ExampleStage stage;
  const RawServer silent{{{.then_close = false}}};
  Runner runner{stage};
  runner.environment["METRICS_EVENT_URL"] = "http://127.0.0.1:" + std::to_string(silent.port());
  runner.environment["METRICS_EVENT_TIMEOUT"] = "10m";
  write_file(runner.stamp, "");
  std::vector<std::unique_ptr<Background>> running;
  for (const std::string& hook : hooks) {
    running.push_back(std::make_unique<Background>(
        "/bin/bash", Invocation{.arguments = {"-e", example("github-runner/" + hook)},
                                .environment = runner.environment}));
  }
  for (const auto& hook : running) {
    const Outcome outcome = hook->wait(60s);
    CHECK(outcome.err.find("no answer") != std::string::npos);
    CHECK(outcome.status == 0);
  }
}

TEST_SUITE_END();
