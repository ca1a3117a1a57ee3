// Fields that environment variables fill, of built-in events and of declared ones.
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace metrics_event::testing;

namespace {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

const Variables job{{"GITHUB_WORKFLOW", "build"},
                    {"GITHUB_REPOSITORY", "example/app"},
                    {"GITHUB_EVENT_NAME", "push"}};

const Words start{"runner-start", "--flavor", "small", "--idle", "1"};

// The variables with one of them changed.
Variables with(Variables variables, const std::string& name, const std::string& value) {
  variables[name] = value;
  return variables;
}

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Outcome run_with(const Words& words, const Variables& environment, const std::string& input = "") {
  return run(program, {.arguments = words, .environment = environment, .input = input});
}

// The line that an event would have, or the status and what is said instead of one.
std::string line(const Words& words, const Variables& environment) {
  const Outcome outcome =
      run_with(words + Words{"--timestamp", "1", "--url", "file:///nowhere", "-n"}, environment);
  return outcome.status == 0 ? outcome.out + outcome.err
                             : std::to_string(outcome.status) + ' ' + outcome.err;
}

std::string started(const std::string& workflow, const std::string& repo,
                    const std::string& event) {
  return R"({"timestamp":1,"event":"runner_start","flavor":"small","workflow":")" + workflow +
         R"(","repo":")" + repo + R"(","github_event":")" + event + "\",\"idle\":1}\n";
}

std::string error(const std::string& text) {
  return "metrics-event: error: " + text + '\n';
}

// A directory with the declaration of the event `thing`.
struct Declared {
  explicit Declared(const std::string& schema) { write_file(path + "/thing.json", schema); }

  Words operator()(const Words& words) const { return words + Words{"--events", path}; }

  TemporaryDirectory directory;
  std::string path = directory.path();
};

} // namespace

TEST_SUITE_BEGIN("variables");

TEST_CASE("the variables of a job fill what a runner's event says of it") {
  CHECK(line(start, job) == started("build", "example/app", "push"));
  CHECK(line({"send", "runner-start", "flavor=small", "idle:=1"}, job) ==
        started("build", "example/app", "push"));
  CHECK(line({"runner-stop", "--flavor", "s", "--status", "normal", "--job-duration", "2"}, job) ==
        R"({"timestamp":1,"event":"runner_stop","flavor":"s","workflow":"build",)"
        R"("repo":"example/app","github_event":"push","status":"normal","job_duration":2})"
        "\n");
  const Outcome result = run_with(start + Words{"-n", "--output", "json"}, job);
  CHECK(
      result.out.find(
          R"("fields_set":["flavor","workflow","repo","github_event","idle"],"computed_fields":["event"])") !=
      std::string::npos);
}

TEST_CASE("the order is flag, measurement, variable, default") {
  const Declared declared{R"({"properties":{
      "took":{"type":"number","x-measured":"duration","x-env":"TOOK"},
      "level":{"enum":["low","high"],"default":"low","x-env":"LEVEL"},
      "tries":{"type":"integer","x-env":"TRIES"},
      "dry":{"type":"boolean","x-env":"DRY"}},"required":["took"]})"};
  const Variables all{{"TOOK", "7.50"}, {"LEVEL", "high"}, {"TRIES", "3"}, {"DRY", "true"}};
  const std::string head = R"({"timestamp":1,"event":"thing","took":)";
  CHECK(line(declared({"thing"}), all) ==
        head + "7.50,\"level\":\"high\",\"tries\":3,\"dry\":true}\n");
  CHECK(line(declared({"thing", "--took", "8", "--level", "low", "--tries=4", "--dry", "false"}),
             all) == head + "8,\"level\":\"low\",\"tries\":4,\"dry\":false}\n");
  CHECK(line(declared({"send", "thing", "took:=8", "level=low", "tries:=4"}), all) ==
        head + "8,\"level\":\"low\",\"tries\":4,\"dry\":true}\n");
  CHECK(line(declared({"thing"}), {{"TOOK", "7.50"}, {"LEVEL", ""}, {"DRY", ""}}) ==
        head + "7.50,\"level\":\"low\"}\n");
  const Words measured = declared({"thing", "-n", "--output", "json"});
  const Outcome outcome = run_with(measured + Words{"--", "/bin/true"}, all);
  CHECK(outcome.out.find(R"("took":0.0)") != std::string::npos);
  CHECK(outcome.out.find(
            R"("fields_set":["level","tries","dry"],"computed_fields":["event","took"])") !=
        std::string::npos);
}

TEST_CASE("a field that is missing is named with its flag and its variable") {
  const std::string missing = "runner-start needs --workflow TEXT (or GITHUB_WORKFLOW), --repo "
                              "TEXT (or GITHUB_REPOSITORY) and --github-event TEXT (or "
                              "GITHUB_EVENT_NAME)";
  CHECK(line(start, {}) == "64 " + error(missing));
  CHECK(line(start, with(job, "GITHUB_REPOSITORY", "")) ==
        "64 " + error("runner-start needs --repo TEXT (or GITHUB_REPOSITORY)"));
  CHECK(line({"send", "runner-start", "flavor=small", "idle:=1", "repo=r", "github_event=g"}, {}) ==
        "64 " + error("runner-start needs workflow (or GITHUB_WORKFLOW)"));
  const Outcome wrapped = run_with(start + Words{"--", "/bin/echo", "ran"}, {});
  CHECK(wrapped.out == "");
  CHECK(wrapped.err == error(missing));
  CHECK(wrapped.status == 64);
}

TEST_CASE("a bad value is named by its variable, and leaves the status of a command alone") {
  const Declared declared{R"({"properties":{"attempt":{"type":"integer","x-env":"RUN_ATTEMPT"}}})"};
  const Variables bad{{"RUN_ATTEMPT", "1.5"}};
  const std::string message = error("RUN_ATTEMPT: expected a plain whole number, got \"1.5\"");
  CHECK(line(declared({"thing"}), bad) == "65 " + message);
  CHECK(line(declared({"send", "thing"}), bad) == "65 " + message);
  CHECK(line(declared({"thing", "--attempt", "2"}), bad) ==
        "{\"timestamp\":1,\"event\":\"thing\",\"attempt\":2}\n");
  const Outcome wrapped = run_with(
      declared({"thing", "-n", "--on", "always"}) + Words{"--", "/bin/sh", "-c", "exit 3"}, bad);
  CHECK(wrapped.err == message);
  CHECK(wrapped.status == 3);
  const Outcome excused = run_with(declared({"thing", "-n", "--best-effort"}), bad);
  CHECK(excused.err == "metrics-event: warning: RUN_ATTEMPT: expected a plain whole number, got "
                       "\"1.5\"\n");
  CHECK(excused.status == 0);
  CHECK(line(declared({"thing"}), {{"RUN_ATTEMPT", "1\n"}}).starts_with("65 "));
  CHECK(line(start, with(job, "GITHUB_WORKFLOW", "\xff"))
            .starts_with("65 metrics-event: error: "
                         "GITHUB_WORKFLOW: "));
}

TEST_CASE("a variable makes an optional object present, as a flag does") {
  const Declared declared{R"({"properties":{"ci":{"type":"object","properties":{
      "run":{"type":"integer","x-env":"RUN"},"name":{"type":"string"}},"required":["name"]}}})"};
  CHECK(line(declared({"thing"}), {}) == "{\"timestamp\":1,\"event\":\"thing\"}\n");
  CHECK(line(declared({"thing"}), {{"RUN", "5"}}) == "64 " + error("thing needs --ci-name TEXT"));
  CHECK(line(declared({"thing", "--ci-name", "a"}), {{"RUN", "5"}}) ==
        "{\"timestamp\":1,\"event\":\"thing\",\"ci\":{\"run\":5,\"name\":\"a\"}}\n");
}

TEST_CASE("a batch reads no variable and names none") {
  const Outcome outcome = run_with({"batch", "-n"}, job,
                                   R"({"event":"runner_start","flavor":"small","idle":1})"
                                   "\n");
  CHECK(outcome.out == "");
  CHECK(outcome.err.find("runner-start needs workflow, repo and github_event") !=
        std::string::npos);
  CHECK(outcome.err.find("GITHUB_") == std::string::npos);
  CHECK(outcome.status == 65);
}

TEST_CASE("a variable of a setting fills no field") {
  for (const std::string name :
       {"METRICS_EVENT_PASSWORD", "METRICS_EVENT_ANYTHING", "LOKI_PASSWORD", "LOKI_ANYTHING",
        "PROMTAIL_PUSH_API_URL", "https_proxy", "HTTPS_PROXY", "HTTP_PROXY", "no_proxy"}) {
    CAPTURE(name);
    const Declared declared{R"({"properties":{"a":{"type":"string","x-env":")" + name + "\"}}}"};
    const Outcome outcome = run_with(declared({"thing", "-n"}), {{name, "http://secret:1"}});
    CHECK(outcome.out == "");
    CHECK(outcome.err == error(declared.path + "/thing.json: /properties/a/x-env: \"" + name +
                               "\" belongs to a setting; name another variable"));
    CHECK(outcome.status == 78);
  }
}

TEST_CASE("a required text that is empty is sent with a warning, and by a batch without one") {
  const std::string warning = "metrics-event: warning: ";
  CHECK(line(start + Words{"--repo", ""}, job) ==
        started("build", "", "push") + warning + "--repo is empty\n");
  CHECK(line({"send", "runner-start", "flavor=small", "idle:=1", "repo="}, job) ==
        started("build", "", "push") + warning + "repo is empty\n");
  CHECK(line(start + Words{"--repo=", "--workflow=", "-q"}, job) == started("", "", "push"));
  CHECK(
      line({"runner-stop", "--flavor=s", "--status=\"\"", "--job-duration=1", "--job-conclusion="},
           job)
          .find("warning") == std::string::npos);
  const Outcome batch = run_with(
      {"batch", "-n"}, {},
      R"({"event":"runner_start","flavor":"","workflow":"","repo":"","github_event":"","idle":1})"
      "\n");
  CHECK(batch.err == "");
  CHECK(batch.status == 0);
}

TEST_CASE("help, completion and schema say which variable fills a field") {
  const Declared declared{R"({"properties":{
      "a":{"type":"string","description":"which one","x-env":"WHICH","default":"x"},
      "version":{"type":"string","x-env":"VERSION"}}})"};
  const std::string help = run_with(declared({"thing", "--help"}), {}).out;
  CHECK(help.find("which one; optional; also from WHICH;") != std::string::npos);
  CHECK(help.find("\n  version=TEXT      optional; also from VERSION\n") != std::string::npos);
  CHECK(run_with({"runner-start", "--help"}, {})
            .out.find("the workflow that the job belongs to; also from\n") != std::string::npos);
  const auto offers = [&declared](const std::string& word) {
    return run_with({"completion", "bash", "--word=--events", "--word=" + declared.path,
                     "--word=thing", "--word=" + word},
                    {})
        .out;
  };
  CHECK(offers("--a") == "--a\twhich one; also from WHICH\tTEXT\n");
  CHECK(offers("vers") == "version=\talso from VERSION\t\n");
  CHECK(run_with({"schema", "runner-stop"}, {}).out.find("\"x-env\": \"GITHUB_REPOSITORY\"\n") !=
        std::string::npos);
}

TEST_SUITE_END();
