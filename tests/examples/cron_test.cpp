// The file for cron: each line is read as cron reads it, and its command run by the shell that cron
// would run. (Debian's cron has no way to be asked before the minute has come.)
#include "support/example_stage.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

using namespace metrics_event::testing;

namespace {

const std::string crontab = read_file(example("cron/metrics-event"));

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
  const std::regex line_of_job{R"(([0-5]?\d) (1?\d|2[0-3]|\*) \* \* \* ([a-z]+) (.+))"};
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

TEST_CASE("what waits is flushed, and only what somebody must mend is mailed") {
  const std::string line = "{\"timestamp\":#,\"event\":\"kept\"}\n";
  for (const auto& [answer, status, said, arrived] :
       {std::tuple{"204", 0, "", line}, std::tuple{"401", 77, "HTTP status 401", std::string{}}}) {
    ExampleStage stage{std::string{"503,"} + answer};
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

TEST_SUITE_END();
