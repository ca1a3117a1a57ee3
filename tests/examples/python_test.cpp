// The Python module, with callers as they were written for the one that it replaces: under Debian's
// pydantic, and under that of the python3 in PATH if it has one.
#include "support/example_stage.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

using namespace metrics_event::testing;
namespace fs = std::filesystem;

namespace {

using Environment = std::map<std::string, std::string>;

// The interpreters that have pydantic; none without Debian's.
std::vector<std::string> find_pythons() {
  const std::string debian = "/usr/bin/python3";
  const Environment nothing{{"PATH", "/usr/bin:/bin"}};
  if (!fs::exists(debian) ||
      run(debian, {.arguments = {"-c", "import pydantic"}, .environment = nothing}).status != 0) {
    MESSAGE("SKIPPED: no python3-pydantic here");
    return {};
  }
  std::vector<std::string> pythons{debian};
  const char* const path = std::getenv("PATH");
  const Outcome other =
      run("/bin/sh", {.arguments = {"-c", "python3 -c 'import pydantic, sys; print("
                                          "sys.executable, end=\"\")'"},
                      .environment = {{"PATH", path == nullptr ? "" : path}, {"HOME", "/"}}});
  if (other.status == 0 && other.out != debian) {
    pythons.push_back(other.out);
  }
  return pythons;
}

const std::vector<std::string>& pythons() {
  static const std::vector<std::string> found = find_pythons();
  return found;
}

// How every caller begins. What it says is about the error that it caught.
const std::string head = R"(
import logging, subprocess, sys, time
import metrics
from metrics import PROMTAIL_PUSH_API_URL, Event, RunnerInstalled, issue_event

logging.basicConfig(format="%(name)s: %(levelname)s: %(message)s")

def issue(event):
    try:
        issue_event(event)
    except OSError as error:
        print(error.exit_status, error)
)";
const std::string one_event = R"(
issue(RunnerInstalled(timestamp=123, flavor="small", duration=456))
)";

// An interpreter looks for its own library where its argv[0] is, which env makes its path.
Outcome run_python(const std::string& python, std::vector<std::string> arguments,
                   Environment environment) {
  arguments.insert(arguments.begin(), {python, "-B"});
  return run("/usr/bin/env",
             {.arguments = std::move(arguments), .environment = std::move(environment)});
}

// Runs a caller. A warning of Python's own is an error.
Outcome call(const std::string& python, const std::string& text, Environment environment) {
  environment.insert({{"PYTHONPATH", example("python")}, one_attempt});
  return run_python(python, {"-W", "error", "-c", head + text}, std::move(environment));
}

Environment with_url(const ExampleStage& stage, const std::string& url) {
  Environment environment = stage.environment();
  environment["METRICS_EVENT_URL"] = url;
  return environment;
}

std::string url_of(const std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

} // namespace

TEST_SUITE_BEGIN("example-python");

TEST_CASE("a caller sends its events, those of its own classes too") {
  for (const std::string& python : pythons()) {
    CAPTURE(python);
    ExampleStage stage;
    const Outcome outcome = call(python, one_event + R"(
class JobLost(Event):
    reason: str
    code: int = None

issue_event(JobLost(timestamp=time.time(), reason="it's \"gone\"\n\u00e9"))
issue_event(JobLost(timestamp=time.time(), event="lost", reason="", code=3))
issue_event(event=RunnerInstalled(timestamp=0.5, flavor="", duration=0.00001))
)",
                                 stage.environment());
    CHECK(outcome.out + outcome.err == "");
    CHECK(outcome.status == 0);
    CHECK(stage.arrived() ==
          R"({"timestamp":#,"event":"runner_installed","flavor":"small","duration":#})"
          "\n"
          R"({"timestamp":#,"event":"job_lost","reason":"it's \"gone\"\n)"
          "\u00e9\"}\n"
          R"({"timestamp":#,"event":"lost","reason":"","code":3})"
          "\n"
          R"({"timestamp":#,"event":"runner_installed","flavor":"","duration":#})"
          "\n");
  }
}

TEST_CASE("the entry time is that of the call, and the values are those that were given") {
  for (const std::string& python : pythons()) {
    CAPTURE(python);
    const ExampleStage stage;
    Environment environment = stage.environment();
    environment["METRICS_EVENT_DRY_RUN"] = "1";
    const Outcome outcome =
        call(python, "print(time.time_ns(), flush=True)" + one_event + "print(time.time_ns())",
             environment);
    std::smatch parts;
    REQUIRE(std::regex_match(
        outcome.out, parts,
        std::regex{
            R"re((\d+)\n\{"streams":\[\{"stream":\{"job":"metrics"\},"values":\[\["(\d+)",)re"
            R"re("(.*)"\]\]\}\]\}\n(\d+)\n)re"}));
    CHECK(std::stoll(parts[1]) <= std::stoll(parts[2]));
    CHECK(std::stoll(parts[2]) <= std::stoll(parts[4]));
    CHECK(std::regex_match(
        parts[3].str(),
        std::regex{R"re(\{\\"timestamp\\":123(\.0)?,\\"event\\":\\"runner_installed\\",)re"
                   R"re(\\"flavor\\":\\"small\\",\\"duration\\":456(\.0)?\})re"}));
  }
}

TEST_CASE("a receiver that is down raises an error, and with a spool a warning is logged") {
  for (const std::string& python : pythons()) {
    CAPTURE(python);
    const ExampleStage stage;
    const ClosedPort closed;
    Environment environment = with_url(stage, url_of(closed.port()));
    const Outcome failed = call(python, one_event, environment);
    CHECK(failed.out.starts_with("69 metrics-event: error: cannot deliver to http://127.0.0.1:"));
    CHECK(failed.out.find("connection refused") != std::string::npos);
    CHECK(failed.err == "");

    const std::string spool = stage.path() / "spool";
    environment["METRICS_EVENT_SPOOL"] = spool;
    const Outcome kept = call(python, one_event, environment);
    CHECK(kept.out == "");
    CHECK(kept.err.starts_with("metrics: WARNING: metrics-event: warning: "));
    CHECK(kept.err.find(spool) != std::string::npos);
    CHECK(std::distance(fs::directory_iterator{fs::path{spool} / "new"}, {}) == 1);
  }
}

TEST_CASE("a receiver that refuses an event raises an error with its reason") {
  for (const std::string& python : pythons()) {
    CAPTURE(python);
    const ExampleStage stage;
    const RawServer refuses{{{.reply = http_reply(400, "Bad Request", "stream limit exceeded")}}};
    const Outcome bad = call(python, one_event, with_url(stage, url_of(refuses.port())));
    CHECK(bad.out.starts_with("65 metrics-event: error: "));
    CHECK(bad.out.find("stream limit exceeded") != std::string::npos);

    const RawServer denies{{{.reply = http_reply(401, "Unauthorized")}}};
    CHECK(call(python, one_event, with_url(stage, url_of(denies.port()))).out.starts_with("77 "));
  }
}

TEST_CASE("without the program, the error says so") {
  for (const std::string& python : pythons()) {
    CAPTURE(python);
    const ExampleStage stage;
    Environment environment = stage.environment();
    environment["PATH"] = "/usr/bin:/bin";
    const Outcome outcome = call(python, one_event, environment);
    CHECK(outcome.out == "None cannot start metrics-event: [Errno 2] No such file or directory: "
                         "'metrics-event'\n");
  }
}

TEST_CASE("a value that a field does not allow never leaves") {
  for (const std::string& python : pythons()) {
    CAPTURE(python);
    ExampleStage stage;
    const Outcome outcome = call(python, R"(
import pydantic
for wrong in ({"duration": -1}, {"duration": "long"}, {"duration": None}, {"flavor": None},
              {"timestamp": -1}, {"timestamp": "today"}):
    fields = {"timestamp": 123, "flavor": "small", "duration": 456, **wrong}
    try:
        issue_event(RunnerInstalled(**fields))
    except pydantic.ValidationError as error:
        print(*wrong)
issue(RunnerInstalled(timestamp=123, flavor="small", duration=float("inf")))
)",
                                 stage.environment());
    CHECK(
        outcome.out.starts_with("duration\nduration\nduration\nflavor\ntimestamp\ntimestamp\n65 "));
    CHECK(stage.arrived() == "");
  }
}

TEST_CASE("a URL that is assigned takes precedence over the settings, and no argument shows it") {
  for (const std::string& python : pythons()) {
    CAPTURE(python);
    ExampleStage stage;
    const ClosedPort closed;
    Environment environment = with_url(stage, url_of(closed.port()));
    environment["ASSIGNED"] = stage.environment().at("METRICS_EVENT_URL");
    const Outcome outcome = call(python, R"(
import os
run = subprocess.run

def show(command, **options):
    print(command)
    return run(command, **options)

subprocess.run = show
metrics.PROMTAIL_PUSH_API_URL = os.environ["ASSIGNED"]
)" + one_event,
                                 environment);
    CHECK(outcome.out == "['metrics-event', 'batch', '--entry-time', 'now', '-']\n");
    CHECK(outcome.err == "");
    CHECK(stage.arrived().find(R"("event":"runner_installed")") != std::string::npos);
  }
}

TEST_CASE("what a call costs is printed beside a post with requests") {
  for (const std::string& python : pythons()) {
    CAPTURE(python);
    const ExampleStage stage;
    const Outcome outcome =
        run_python(python, {example("python/cost.py"), "2"}, stage.environment());
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    CHECK(std::regex_match(outcome.out, std::regex{"ms, 2 calls each .*\n"
                                                   "issue_event +( +[0-9.]+){3}\n"
                                                   "(requests, one session +( +[0-9.]+){3}\n)?"
                                                   "start of a program +( +[0-9.]+){3}\n"}));
  }
}

TEST_SUITE_END();
