// The files for cron: each line is read as cron reads it, and its command run by the shell that
// cron would run. (Debian's cron has no way to be asked before the minute has come.)
#include "support/another_user.hpp"
#include "support/example_stage.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

using namespace metrics_event::testing;
namespace fs = std::filesystem;

namespace {

const std::string crontab = read_file(example("cron/metrics-event"));
const std::string import = read_file(example("cron/metrics-event-import"));

struct Job {
  std::string user;
  std::string command;
  std::string input;
};

// What crontab(5) says of a %: it ends the command, and a newline of what the command reads; a
// backslash before it makes it one of the command.
Job job_of(const std::string& user, const std::string& text) {
  Job job{user, "", ""};
  bool is_input = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& part = is_input ? job.input : job.command;
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '%') {
      part += text[++i];
    } else if (text[i] == '%') {
      part += is_input ? "\n" : "";
      is_input = true;
    } else {
      part += text[i];
    }
  }
  return job;
}

struct Table {
  std::map<std::string, std::string> environment;
  std::vector<Job> jobs;
};

Table read(const std::string& text) {
  const std::regex setting{R"(([A-Z]+)=(.*))"};
  const std::regex line_of_job{R"(([0-5]?\d|\*) (1?\d|2[0-3]|\*) \* \* \* ([a-z]+) (.+))"};
  Table table;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    if (std::regex_match(line, match, setting)) {
      table.environment[match[1]] = match[2];
    } else if (std::regex_match(line, match, line_of_job)) {
      table.jobs.push_back(job_of(match[3], match[4]));
    } else {
      throw std::runtime_error{"neither a setting nor a job: " + line};
    }
  }
  return table;
}

// As cron does, on a stage: with the programs of that for those in /usr/local/sbin.
Outcome run_job(const Job& job, const ExampleStage& stage) {
  std::string command = job.command;
  if (command.find("/usr/local/sbin") != std::string::npos) {
    command = substitute(command, "/usr/local/sbin", stage.path() / "bin");
  }
  return run(
      "/bin/sh",
      {.arguments = {"-c", command}, .environment = stage.environment(), .input = job.input});
}

} // namespace

TEST_SUITE_BEGIN("example-cron");

TEST_CASE("cron takes the file: its end, its settings and its lines") {
  const Table table = read(crontab);
  CHECK(crontab.ends_with('\n')); // cron ignores a line without one
  CHECK(table.environment ==
        std::map<std::string, std::string>{
            {"MAILTO", "root"},
            {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}});
  REQUIRE(table.jobs.size() == 3);
  for (const Job& job : table.jobs) {
    CHECK(job.user == "root");
    CHECK(job.input == "");
  }
  const Table of_import = read(import);
  CHECK(import.ends_with('\n'));
  CHECK(of_import.environment == table.environment);
  REQUIRE(of_import.jobs.size() == 1);
  CHECK(of_import.jobs[0].user == "root");
}

TEST_CASE("the backup is measured, its failure is cron's, and what it says is all that is mailed") {
  ExampleStage stage;
  stage.add_program("back-up", "echo the tape is full >&2\nexit 3\n");
  const Outcome outcome = run_job(read(crontab).jobs.at(0), stage);
  CHECK(outcome.status == 3);
  CHECK(outcome.out + outcome.err == "the tape is full\n");
  const std::string line = stage.arrived();
  CHECK(std::regex_match(
      line,
      std::regex{R"re(\{"timestamp":#,"event":"backup_finished",)re"
                 R"re("target":"tape-[A-Z][a-z]{2}","kind":"full","took":#,"code":3\}\n)re"}));
}

TEST_CASE("the look at the disks is the script of the examples") {
  ExampleStage stage;
  stage.add_program("disk-check.sh", "exec " + example("shell/disk-check.sh").string() + " 0\n");
  const Outcome outcome = run_job(read(crontab).jobs.at(1), stage);
  CHECK(outcome.status == 0);
  CHECK(outcome.out + outcome.err == "");
  CHECK(!stage.arrived().empty());
}

TEST_CASE("what waits is flushed, and only what somebody must fix is mailed") {
  const std::string line = "{\"timestamp\":#,\"event\":\"kept\"}\n";
  for (const auto& [answer, status, said, arrived] :
       {std::tuple{"204", 0, "", line}, std::tuple{"401", 77, "HTTP status 401", std::string{}}}) {
    ExampleStage stage{std::string{"429,"} + answer};
    auto environment = stage.environment();
    environment["METRICS_EVENT_SPOOL"] = stage.path() / "spool";
    environment.insert(one_attempt);
    const Outcome kept = run(program, {.arguments = {"send", "kept"}, .environment = environment});
    REQUIRE(kept.err.find("kept in the spool") != std::string::npos);

    const Outcome flushed = run("/bin/sh", {.arguments = {"-c", read(crontab).jobs.at(2).command},
                                            .environment = environment});
    CHECK(flushed.status == status);
    CHECK(flushed.out == "");
    CHECK(flushed.err.find(said) != std::string::npos);
    CHECK(flushed.err.empty() == (status == 0));
    CHECK(stage.arrived() == arrived);
  }
}

TEST_CASE("each line of a log is imported once, through a rotation and an outage") {
  ExampleStage stage{"204,503,204"};
  auto environment = stage.environment();
  environment.insert(one_attempt);
  const fs::path log = stage.path() / "github-runner-metrics.log";
  const std::string command =
      substitute(read(import).jobs.at(0).command, "/var/log/github-runner-metrics",
                 stage.path() / "github-runner-metrics");
  const auto import_now = [&] {
    const Start start =
        by_another_user("/bin/sh", {.arguments = {"-c", command}, .environment = environment});
    return run(start.program, start.invocation);
  };
  const auto line = [](int n) {
    return R"({"event":"imported","timestamp":1700000000,"n":)" + std::to_string(n) + "}\n";
  };
  write_file(log, line(0) + line(1));
  const Outcome first = import_now();
  if (first.err.starts_with("unshare: ")) {
    MESSAGE("SKIPPED: no user namespaces here");
    return;
  }
  CHECK(first.status == 0);
  write_file(log, line(0) + line(1) + "no event\n" + line(2));
  fs::rename(log, log.string() + ".1");
  write_file(log, line(3));
  const Outcome outage = import_now(); // during which the newer file arrives
  CHECK(outage.status == 0);
  CHECK(outage.err.find("github-runner-metrics.log.1:3:1: not valid JSON: unexpected ") !=
        std::string::npos);
  CHECK(import_now().status == 0);
  const Outcome idle = import_now();
  CHECK(idle.status == 0);
  CHECK(first.err + idle.err + first.out + outage.out + idle.out == "");
  const std::string arrived = stage.arrived();
  for (int n = 0; n < 4; ++n) {
    const std::string part = R"("event":"imported","n":)" + std::to_string(n) + '}';
    const std::size_t at = arrived.find(part);
    CHECK(at != std::string::npos);
    CHECK(arrived.find(part, at + 1) == std::string::npos);
  }
}

TEST_SUITE_END();
