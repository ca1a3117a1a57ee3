#include "strace.hpp"

#include "temporary.hpp"

#include <filesystem>
#include <iterator>
#include <regex>
#include <sstream>

namespace metrics_event::testing {
namespace {

const std::string strace = "/usr/bin/strace";

// Runs a program under strace and returns what that wrote about it as well.
Outcome trace(const std::vector<std::string>& options, const std::string& program,
              Invocation invocation, std::string& written) {
  const TemporaryDirectory directory = TemporaryDirectory::in_memory();
  const std::filesystem::path path = directory.path() / "trace";
  std::vector<std::string> words{"-f", "-qq", "-o", path};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(program);
  invocation.arguments.insert(invocation.arguments.begin(), words.begin(), words.end());
  Outcome outcome = run(strace, invocation);
  written = std::filesystem::exists(path) ? read_file(path) : "";
  return outcome;
}

} // namespace

std::optional<std::vector<std::string>> calls_of(const std::string& program,
                                                 const Invocation& invocation, Outcome& outcome) {
  if (!std::filesystem::exists(strace)) {
    return std::nullopt;
  }
  std::string written;
  outcome = trace({}, program, invocation, written);
  const std::regex call{R"(\d+ +(\w+)\(.*)"};
  std::vector<std::string> names;
  std::istringstream lines{written};
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, call) && match[1] != "execve") { // which is strace's own
      names.push_back(match[1]);
    }
  }
  return names.empty() ? std::nullopt : std::optional{names}; // where ptrace is not permitted
}

FaultyRun run_with(const Fault& fault, const std::string& program, const Invocation& invocation) {
  std::string written;
  const Outcome outcome = trace(
      {"-e", "trace=fsync," + fault.call, "-e",
       "inject=" + fault.call + ':' + fault.effect + ":when=" + std::to_string(fault.occurrence)},
      program, invocation, written);
  const std::regex sync{R"(fsync\(\d+\) += 0\n)"};
  return {outcome,
          written.find("(INJECTED)") != std::string::npos ||
              written.find("+++ killed by ") != std::string::npos,
          std::distance(std::sregex_iterator{written.begin(), written.end(), sync},
                        std::sregex_iterator{})};
}

} // namespace metrics_event::testing
