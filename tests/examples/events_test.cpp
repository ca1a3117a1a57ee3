// The declared events in examples/events.d: the program takes them, they take what they should and
// nothing else, and the documents show them as they are.
#include "support/example_stage.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace metrics_event::testing;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

Outcome run_declared(Words words) {
  words.insert(words.end(), {"--events", example("events.d")});
  return run(program, {.arguments = words});
}

const fs::path meta_schema = example("events.d/metrics-event.schema.json");

// What a validator says of files by the meta-schema.
std::string validate(const Words& files) {
  Words arguments{"-B", source_directory + "/tests/examples/validate.py", meta_schema};
  arguments.insert(arguments.end(), files.begin(), files.end());
  const Outcome outcome = run("/usr/bin/python3", {.arguments = arguments});
  return outcome.out + outcome.err;
}

// An event that is complete, and arguments that spoil it, each with what is said of it.
struct Declared {
  std::string file;
  Words good;
  std::vector<std::pair<Words, std::string>> bad;
};

const std::vector<Declared> all{
    {"disk-full.json",
     {"disk-full", "--mount", "/var", "--used", "97.5"},
     {{{"--level", "bad"}, "--level: expected one of warning, critical"},
      {{"--cleanup-seconds", "-1"}, "--cleanup-seconds"},
      {{"size:=1"}, "\"size\""}}},
    {"backup-finished.json",
     {"backup-finished", "--target", "tape", "--took", "3.5"},
     {{{"--kind", "partial"}, "--kind: expected one of full, incremental"},
      {{"--size", "1.5"}, "--size"},
      {{"colour=red"}, "\"colour\""}}},
    {"deploy.json",
     {"deploy", "--service", "shop", "--release", "1.4.2"},
     {{{"--environment", "moon"}, "--environment: expected one of production, staging, test"},
      {{"--environment", "test", "--took", "soon"}, "--took"},
      {{"--environment", "test", "note=x"}, "\"note\""},
      {{}, "--environment"}}},
};

} // namespace

TEST_SUITE_BEGIN("example-events");

TEST_CASE("every file is an event that schema lists") {
  const Outcome outcome = run_declared({"schema"});
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator{example("events.d")}) {
    CAPTURE(entry.path());
    if (entry.path() == meta_schema) {
      continue;
    }
    CHECK(outcome.out.find("  " + entry.path().string() + ' ') != std::string::npos);
    ++count;
  }
  CHECK(count == all.size());
  CHECK(outcome.out.find("broken") == std::string::npos);
  CHECK(outcome.out.find("metrics-event.schema") == std::string::npos);
}

TEST_CASE("every declaration names the meta-schema beside it, and is as that says") {
  Words files;
  for (const Declared& event : all) {
    files.push_back(example("events.d/" + event.file));
    CHECK(read_file(files.back()).find("\n  \"$schema\": \"./metrics-event.schema.json\",\n") !=
          std::string::npos);
  }
  CHECK(validate(files) == "");
}

TEST_CASE("what schema prints of an event is as the meta-schema says") {
  const TemporaryDirectory directory;
  Words files;
  for (const std::string name : {"runner-installed", "runner-start", "runner-stop",
                                 "reconciliation", "disk-full", "backup-finished", "deploy"}) {
    files.push_back(directory.path() / name);
    write_file(files.back(), run_declared({"schema", name}).out);
  }
  CHECK(validate(files) == "");
}

TEST_CASE("the meta-schema refuses what the program refuses") {
  const TemporaryDirectory directory;
  const std::string file = directory.path() / "thing.json";
  for (const std::string spoilt :
       {R"("type":"number","x-unit":"second")", R"("type":"number","x-measured":"time")",
        R"("type":"string","x-env":"$SHA")", R"("type":"string","x-env":"LOKI_PASSWORD")",
        R"("type":"string","x-env":"METRICS_EVENT_URL")", R"("type":"string","x-env":"no_proxy")",
        R"("type":"string","x-env":"PROMTAIL_PUSH_API_URL")", R"("type":"string","x-evn":"SHA")",
        R"("type":"sting")", R"("type":"string","minLength":-1)", R"("enum":[])",
        R"("type":"array","items":{"typ":"string"})"}) {
    CAPTURE(spoilt);
    write_file(file, R"({"properties":{"a":{)" + spoilt + "}}}");
    CHECK(validate({file}).starts_with(file + ": $.properties.a"));
    const Outcome outcome =
        run(program, {.arguments = {"schema", "thing", "--events", directory.path()}});
    CHECK(outcome.status == 78);
  }
}

TEST_CASE("they refuse what their fields do not allow, and what they do not declare") {
  for (const Declared& event : all) {
    for (const auto& [spoiling, words] : event.bad) {
      Words given = event.good;
      given.insert(given.end(), spoiling.begin(), spoiling.end());
      given.push_back("--dry-run");
      const Outcome outcome = run_declared(given);
      CAPTURE(outcome.err);
      CHECK((outcome.status == 64 || outcome.status == 65));
      CHECK(outcome.err.find(words) != std::string::npos);
    }
  }
}

TEST_CASE("a command that is measured fills what it can") {
  ExampleStage stage;
  const std::vector<Words> sent{
      {"disk-full", "--mount", "/var", "--used", "97.5"},
      {"backup-finished", "--target", "tape"},
      {"deploy", "--service", "shop", "--release", "1.4.2", "--environment", "staging"}};
  for (Words words : sent) {
    words.insert(words.end(), {"--on", "always", "--", "/bin/false"});
    const Outcome outcome = run(program, {.arguments = words, .environment = stage.environment()});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "");
  }
  CHECK(stage.arrived() ==
        R"({"timestamp":#,"event":"disk_full","mount":"/var","used":97.5,"level":"warning",)"
        R"("cleanup":{"seconds":#,"code":1}})"
        "\n"
        R"({"timestamp":#,"event":"backup_finished","target":"tape","kind":"incremental",)"
        R"("took":#,"code":1})"
        "\n"
        R"({"timestamp":#,"event":"deploy","service":"shop","release":"1.4.2",)"
        R"("environment":"staging","took":#,"code":1})"
        "\n");
}

TEST_CASE("the man page shows one as it is shipped") {
  CHECK(read_file(source_directory + "/man/metrics-event-schema.5")
            .find('\n' + read_file(example("events.d/disk-full.json"))) != std::string::npos);
}

TEST_SUITE_END();
