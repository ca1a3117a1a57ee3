// What a run may cost. Instructions and system calls do not depend on the machine's mood as time
// does, and page faults hardly do, so they are held to a budget; `./dev bench` measures time.

#include "support/callgrind.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/strace.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>

using namespace metrics_event::testing;

namespace {

const std::string budget_path = source_directory + "/tests/program/budget.tsv";
constexpr std::int64_t tolerated_percent = 3;

// Counts by what is counted: `instructions`, `system calls`, `page faults`, or a function's name.
using Costs = std::map<std::string, std::int64_t>;

// The count of a row. A function is named as people name it, without namespaces and parameters.
std::int64_t cost_of(const Costs& costs, const std::string& what) {
  if (const auto found = costs.find(what); found != costs.end()) {
    return found->second;
  }
  std::int64_t sum = 0;
  for (const auto& [function, count] : costs) {
    sum += function.find("::" + what + '(') != function.npos ? count : 0;
  }
  return sum;
}

// Compares the costs of a run with its rows of the budget, or writes them there.
void hold_to_budget(const std::string& run, const Costs& costs) {
  if (costs.empty()) { // skipped
    return;
  }
  const bool writes = std::getenv("METRICS_EVENT_WRITE_BUDGET") != nullptr;
  const std::regex row{R"(([^\t]+)\t(\d+)\t(.+))"};
  std::istringstream lines{read_file(budget_path)};
  std::string text;
  std::smatch match;
  int rows = 0;
  for (std::string line; std::getline(lines, line); text += line + '\n') {
    if (!std::regex_match(line, match, row) || match[1] != run) {
      continue;
    }
    ++rows;
    const std::string what = match[3];
    const std::int64_t count = cost_of(costs, what);
    const std::int64_t allowed = std::stoll(match[2]);
    CAPTURE(run);
    CAPTURE(what);
    CHECK_MESSAGE(count > 0, "there is nothing of this name to count");
    if (writes) {
      line = run + '\t' + std::to_string(count) + '\t' + what;
    } else {
      CHECK_MESSAGE(count * 100 <= allowed * (100 + tolerated_percent), "it costs ", count,
                    " where the budget is ", allowed,
                    "; if that is meant, ./dev budget writes the budget anew");
    }
  }
  CHECK(rows > 0);
  if (writes) {
    write_file(budget_path, text);
  }
}

// The fewest of several runs, because where the kernel puts the stack and the heap differs. The
// program is started from memory, where that is allowed: file systems differ in what a fault maps.
std::int64_t page_faults_of(const Invocation& invocation) {
  const TemporaryDirectory directory = TemporaryDirectory::in_memory();
  const std::string copy = (directory.path() / "program").string();
  std::filesystem::copy_file(plain_program, copy);
  const std::string& started = ::access(copy.c_str(), X_OK) == 0 ? copy : plain_program;
  const auto faults_until_now = [] {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    return usage.ru_minflt + usage.ru_majflt;
  };
  std::int64_t fewest = INT64_MAX;
  for (int i = 0; i < 100; ++i) {
    const std::int64_t before = faults_until_now();
    CHECK(run(started, invocation).status == 0);
    fewest = std::min<std::int64_t>(fewest, faults_until_now() - before);
  }
  return fewest;
}

// Runs the program, which must succeed. Nothing where its costs cannot be counted.
Costs costs_of(const Invocation& invocation) {
#ifdef __clang__
  MESSAGE("SKIPPED: the budget is of what gcc makes");
  return {};
#endif
  Outcome outcome;
  const auto instructions = instructions_of(plain_program, invocation, outcome);
  if (!instructions) {
    MESSAGE("SKIPPED: there is no valgrind");
    return {};
  }
  CHECK(outcome.status == 0);
  CHECK(err_of_batch(outcome) == "");
  const auto calls = calls_of(plain_program, invocation, outcome);
  if (!calls) {
    MESSAGE("SKIPPED: a program cannot be traced here");
    return {};
  }
  Costs costs = *instructions;
  for (const auto& [function, count] : *instructions) {
    costs["instructions"] += count;
  }
  costs["system calls"] = std::ssize(*calls);
  costs["page faults"] = page_faults_of(invocation);
  return costs;
}

// A receiver that takes everything.
class Receiver {
public:
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

private:
  RawServer server_{{{.reply = "HTTP/1.1 204 No Content\r\n\r\n", .requests = 100}}};
};

Invocation send_to(const std::string& url, const std::vector<std::string>& more = {}) {
  Invocation invocation{
      .arguments = {"runner-installed", "--flavor", "small", "--duration", "12.5", "--url", url},
      .environment = {{"HOME", "/nonexistent"}}};
  invocation.arguments.insert(invocation.arguments.end(), more.begin(), more.end());
  return invocation;
}

// So many events, each with another time.
std::string events(std::size_t count) {
  std::string text;
  const std::int64_t start = std::time(nullptr) - 60;
  for (std::size_t i = 0; i < count; ++i) {
    text += R"({"timestamp":)" + std::to_string(start + static_cast<std::int64_t>(i / 1000)) + '.' +
            std::to_string(1000 + i % 1000).substr(1) +
            R"(,"event":"runner_start","flavor":"small","workflow":"build","repo":"example/app",)"
            R"("github_event":"push","idle":12.5,"queue_duration":3})"
            "\n";
  }
  return text;
}

Costs costs_of_batch(std::size_t size) {
  const Receiver receiver;
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "events").string();
  write_file(path, events(size));
  return costs_of({.arguments = {"batch", path, "--url", receiver.url()},
                   .environment = {{"HOME", "/nonexistent"}},
                   .limit = std::chrono::seconds{120}});
}

} // namespace

TEST_SUITE_BEGIN("budget");

TEST_CASE("a send costs no more than its budget") {
  const Receiver receiver;
  hold_to_budget("send", costs_of(send_to(receiver.url())));
}

TEST_CASE("a dry run costs no more than its budget") {
  hold_to_budget("dry run", costs_of(send_to("http://localhost", {"--dry-run"})));
}

TEST_CASE("an event that is kept costs no more than its budget, however many wait") {
  const TemporaryDirectory directory = TemporaryDirectory::in_memory();
  const std::string spool = (directory.path() / "spool").string();
  const ClosedPort closed;
  const Invocation event =
      send_to("http://127.0.0.1:" + std::to_string(closed.port()),
              {"--spool=" + spool, "--retries", "0", "--quiet", "--spool-max-bytes", "1GiB"});
  CHECK(run(plain_program, event).status == 0);
  const Costs few = costs_of(event);
  hold_to_budget("a kept event", few);

  const auto sample = *std::filesystem::directory_iterator{spool + "/new"};
  const std::string record = read_file(sample.path());
  const std::string rest = sample.path().filename().string().substr(19);
  constexpr int many = 4000;
  for (int i = 0; i < many; ++i) { // as if they had been kept
    write_file(spool + "/new/" + std::to_string(1'700'000'000'000'000'000 + i) + rest, record);
  }
  std::filesystem::remove(spool + "/size");
  CHECK(run(plain_program, event).status == 0); // counts once
  const Costs beside_many = costs_of(event);
  for (const std::string what : {"instructions", "system calls"}) {
    CAPTURE(what);
    if (!few.empty() && !beside_many.empty()) {
      CHECK(cost_of(beside_many, what) * 100 <= cost_of(few, what) * 105);
    }
  }
}

TEST_CASE("the events of a batch cost no more than their budget") {
  Costs costs = costs_of_batch(3000);
  const Costs start = costs_of_batch(1000);
  for (auto& [what, count] : costs) {
    const auto before = start.find(what);
    count = (count - (before == start.end() ? 0 : before->second)) / 2;
  }
  hold_to_budget("1000 events of a batch", costs);
}

TEST_SUITE_END();
