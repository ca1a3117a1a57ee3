// What a run may cost. Instructions and system calls do not depend on the machine's mood as time
// does, so they are held to a budget; `./dev bench` measures time.

#include "support/callgrind.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/strace.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <map>
#include <sstream>
#include <vector>

using namespace metrics_event::testing;

namespace {

const std::string budget_path = source_directory + "/tests/program/budget.tsv";
constexpr std::uint64_t tolerated_percent = 3;

// `send instructions`, say, by function, or `send system-calls` by call.
using Budgets = std::map<std::string, Counts>;

// A line of the file is a budget's name, a count, and the name of what is counted.
Budgets read_budgets() {
  Budgets budgets;
  std::istringstream lines{read_file(budget_path)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (line.starts_with('#') || second == std::string::npos) {
      continue;
    }
    budgets[line.substr(0, first)][line.substr(second + 1)] =
        std::stoull(line.substr(first + 1, second - first - 1));
  }
  return budgets;
}

void write_budgets(const Budgets& budgets) {
  std::string text =
      "# What runs may cost: a budget, a count, and what is counted. Written by ./dev budget.\n";
  for (const auto& [budget, counts] : budgets) {
    for (const auto& [name, count] : counts) {
      text += budget + '\t' + std::to_string(count) + '\t' + name + '\n';
    }
  }
  write_file(budget_path, text);
}

// What is less than half a percent becomes one sum, so that the file stays short.
Counts abridged(const Counts& counts) {
  const std::uint64_t sum = total(counts);
  Counts large;
  for (const auto& [name, count] : counts) {
    large[count * 200 < sum ? "(all that is small)" : name] += count;
  }
  return large;
}

// The three of which the count has grown most.
std::string growth(const Counts& budget, const Counts& counts) {
  std::vector<std::pair<std::uint64_t, std::string>> grown;
  for (const auto& [name, count] : counts) {
    const auto before = budget.find(name);
    const std::uint64_t allowed = before == budget.end() ? 0 : before->second;
    if (count > allowed) {
      grown.emplace_back(count - allowed, name);
    }
  }
  std::ranges::sort(grown, std::greater{});
  grown.resize(std::min<std::size_t>(grown.size(), 3));
  std::string text;
  for (const auto& [count, name] : grown) {
    text += "\n  +" + std::to_string(count) + ' ' + name;
  }
  return text;
}

// What is wrong with the counts; empty: nothing.
std::string complaint(const std::string& name, const Counts& budget, const Counts& counts) {
  const std::uint64_t allowed = total(budget);
  if (total(counts) * 100 <= allowed * (100 + tolerated_percent)) {
    return "";
  }
  return name + ": " + std::to_string(total(counts)) + " where the budget is " +
         std::to_string(allowed) + "; what has grown most:" + growth(budget, abridged(counts)) +
         "\nif that is meant, ./dev budget writes the budget anew";
}

void hold_to_budget(const std::string& name, const Counts& counts) {
  if (counts.empty()) { // skipped
    return;
  }
  Budgets budgets = read_budgets();
  if (std::getenv("METRICS_EVENT_WRITE_BUDGET") != nullptr) {
    budgets[name] = abridged(counts);
    write_budgets(budgets);
  }
  REQUIRE(budgets.contains(name));
  const std::string trouble = complaint(name, budgets.at(name), counts);
  CHECK_MESSAGE(trouble.empty(), trouble);
}

// Another compiler makes another program, and valgrind may not be able to read it.
bool is_by_another_compiler() {
#ifdef __clang__
  MESSAGE("SKIPPED: the budget is of what gcc makes");
  return true;
#else
  return false;
#endif
}

// Runs the program, which must succeed, and counts. Nothing where that cannot be done.
Counts count_instructions(const Invocation& invocation) {
  if (is_by_another_compiler()) {
    return {};
  }
  Outcome outcome;
  const auto counts = instructions_of(plain_program, invocation, outcome);
  REQUIRE(counts);
  REQUIRE(total(*counts) > 0);
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "");
  return *counts;
}

Counts count_calls(const Invocation& invocation) {
  if (is_by_another_compiler()) {
    return {};
  }
  Outcome outcome;
  const auto calls = calls_of(plain_program, invocation, outcome);
  if (!calls) {
    MESSAGE("SKIPPED: a program cannot be traced here");
    return {};
  }
  CHECK(outcome.status == 0);
  REQUIRE_FALSE(calls->empty());
  Counts counts;
  for (const std::string& call : *calls) {
    counts[call] += 1;
  }
  return counts;
}

// A receiver that takes everything.
class Receiver {
public:
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

private:
  RawServer server_{{{.reply = "HTTP/1.1 204 No Content\r\n\r\n", .requests = 100}}};
};

Invocation send_to(const std::string& url) {
  return {
      .arguments = {"runner-installed", "--flavor", "small", "--duration", "12.5", "--url", url},
      .environment = {{"HOME", "/nonexistent"}}};
}

Invocation dry_run() {
  Invocation invocation = send_to("http://localhost");
  invocation.arguments.emplace_back("--dry-run");
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

// What `count` says of a batch of more events, less what it says of fewer, for each thousand.
Counts per_1000_events(Counts (*count)(const Invocation&)) {
  constexpr std::size_t few = 1000;
  constexpr std::size_t many = 3000;
  const Receiver receiver;
  const TemporaryDirectory directory;
  const auto count_batch = [&](std::size_t size) {
    const std::string path = (directory.path() / "events").string();
    write_file(path, events(size));
    return count({.arguments = {"batch", path, "--url", receiver.url()},
                  .environment = {{"HOME", "/nonexistent"}},
                  .limit = std::chrono::seconds{120}});
  };
  const Counts more = count_batch(many);
  const Counts less = count_batch(few);
  Counts counts;
  for (const auto& [name, value] : more) {
    const auto before = less.find(name);
    const std::uint64_t base = before == less.end() ? 0 : before->second;
    const std::uint64_t grown = value > base ? (value - base) * 1000 / (many - few) : 0;
    if (grown > 0) {
      counts[name] = grown;
    }
  }
  return counts;
}

} // namespace

TEST_SUITE_BEGIN("budget");

TEST_CASE("a send costs no more instructions than its budget") {
  const Receiver receiver;
  hold_to_budget("send instructions", count_instructions(send_to(receiver.url())));
}

TEST_CASE("a send costs no more system calls than its budget") {
  const Receiver receiver;
  hold_to_budget("send system calls", count_calls(send_to(receiver.url())));
}

TEST_CASE("a dry run costs no more instructions than its budget") {
  hold_to_budget("dry run instructions", count_instructions(dry_run()));
}

TEST_CASE("a dry run costs no more system calls than its budget") {
  hold_to_budget("dry run system calls", count_calls(dry_run()));
}

TEST_CASE("the events of a batch cost no more instructions than their budget") {
  hold_to_budget("batch instructions per 1000 events", per_1000_events(count_instructions));
}

TEST_CASE("the events of a batch cost no more system calls than their budget") {
  hold_to_budget("batch system calls per 1000 events", per_1000_events(count_calls));
}

TEST_CASE("a run over its budget is told, with what has grown") {
  const Counts budget{{"parse", 100}, {"send", 900}};
  CHECK(complaint("x", budget, {{"parse", 130}, {"send", 900}}) == "");
  CHECK(complaint("x", budget, {{"parse", 100}, {"print", 31}, {"send", 900}}) ==
        "x: 1031 where the budget is 1000; what has grown most:\n  +31 print\n"
        "if that is meant, ./dev budget writes the budget anew");
}

TEST_SUITE_END();
