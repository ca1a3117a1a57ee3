#include "strace.hpp"

#include "temporary.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <regex>
#include <sstream>

namespace metrics_event::testing {
namespace {

const std::string strace = "/usr/bin/strace";

constexpr std::string_view opening = "([{<";
constexpr std::string_view closing = ")]}>";

// Returns the index behind a string, which begins at `at` with a quotation mark.
std::size_t behind_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    at += text[at] == '\\' ? 1U : 0U;
  }
  return std::min(at + 1, text.size());
}

// Takes what stands before the next comma that is in no bracket, or before the bracket that ends
// the arguments, which stays.
std::string_view cut_argument(std::string_view& rest) {
  std::size_t end = 0;
  for (int depth = 0; end < rest.size();) {
    const char c = rest[end];
    if (depth == 0 && (c == ',' || c == ')')) {
      break;
    }
    // The arrow of a structure that changes, `=>`, is no bracket.
    depth += opening.find(c) != opening.npos                                          ? 1
             : closing.find(c) != closing.npos && !rest.substr(0, end).ends_with('=') ? -1
                                                                                      : 0;
    end = c == '"' ? behind_string(rest, end) : end + 1;
  }
  const std::string_view argument = rest.substr(0, end);
  rest.remove_prefix(end);
  if (rest.starts_with(',')) {
    rest.remove_prefix(std::min(rest.find_first_not_of(", "), rest.size()));
  }
  return argument;
}

// Runs a program under strace and returns what that wrote about it as well.
Outcome trace(const std::vector<std::string>& options, const std::string& file,
              Invocation invocation, std::string& written) {
  const TemporaryDirectory directory = TemporaryDirectory::in_memory();
  const std::filesystem::path path = directory.path() / "trace";
  std::vector<std::string> words{"-f", "-qq", "-o", path};
  // So a program stops only at calls that are traced, which takes half the time. It makes
  // strace 6.1 inject no signals.
  if (options.empty() || options.back().find(":signal=") == std::string::npos) {
    words.emplace_back("--seccomp-bpf");
  }
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(file);
  invocation.arguments.insert(invocation.arguments.begin(), words.begin(), words.end());
  Outcome outcome = run(strace, invocation);
  written = std::filesystem::exists(path) ? read_file(path) : "";
  return outcome;
}

std::string injection(const Fault& fault) {
  return "inject=" + fault.call + ':' + fault.effect + ":when=" + std::to_string(fault.occurrence) +
         (fault.is_repeated ? "+" : "");
}

} // namespace

std::optional<std::vector<std::string>> calls_of(const std::string& file,
                                                 const Invocation& invocation, Outcome& outcome) {
  if (!std::filesystem::exists(strace)) {
    return std::nullopt;
  }
  std::string written;
  outcome = trace({}, file, invocation, written);
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

FaultyRun run_with(const Fault& fault, const std::string& file, const Invocation& invocation) {
  std::string written;
  const Outcome outcome =
      trace({"-e", "trace=fsync," + fault.call, "-e", injection(fault)}, file, invocation, written);
  const std::regex sync{R"(fsync\(\d+\) += 0\n)"};
  return {outcome,
          written.find("(INJECTED)") != std::string::npos ||
              written.find("+++ killed by ") != std::string::npos,
          std::distance(std::sregex_iterator{written.begin(), written.end(), sync},
                        std::sregex_iterator{})};
}

std::string SystemCall::text() const {
  std::string text;
  for (const std::string& argument : arguments) {
    for (std::size_t at = argument.find('"'); at < argument.size();
         at = argument.find('"', behind_string(argument, at))) {
      text += unquoted(std::string_view{argument}.substr(at));
    }
  }
  return text;
}

std::optional<SystemCall> parse_call(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of("0123456789 "), line.size()));
  const std::size_t name_end = line.find('(');
  const std::size_t result = line.rfind(" = ");
  if (name_end == line.npos || result == line.npos || result < name_end ||
      line.substr(0, name_end).find_first_of(" +-") != line.npos) {
    return std::nullopt;
  }
  SystemCall call{std::string{line.substr(0, name_end)}};
  call.result = line.substr(result + 3);
  std::string_view rest = line.substr(name_end + 1, result - name_end - 1);
  while (!rest.empty() && !rest.starts_with(')')) {
    call.arguments.emplace_back(cut_argument(rest));
  }
  return call;
}

std::string path_of_descriptor(std::string_view descriptor) {
  const std::size_t begin = descriptor.find('<');
  const std::size_t end = descriptor.rfind('>');
  return begin == descriptor.npos || end == descriptor.npos
             ? ""
             : std::string{descriptor.substr(begin + 1, end - begin - 1)};
}

std::string unquoted(std::string_view string) {
  std::string text;
  for (std::size_t i = 1; i < string.size() && string[i] != '"'; ++i) {
    if (string[i] != '\\') {
      text += string[i];
      continue;
    }
    i += 1;
    text += string[i] == 'n' ? '\n' : string[i] == 't' ? '\t' : string[i];
  }
  return text;
}

std::optional<std::vector<SystemCall>> described_calls_of(const std::string& file,
                                                          const Invocation& invocation,
                                                          Outcome& outcome,
                                                          const std::optional<Fault>& fault) {
  if (!std::filesystem::exists(strace)) {
    return std::nullopt;
  }
  // Not every machine has those with a question mark.
  const std::string traced{"trace=openat,?mkdir,mkdirat,?rmdir,?renameat,renameat2,"
                           "unlinkat,write,pwrite64,fsync,fdatasync,"
                           "sendmsg,recvfrom,?poll,ppoll"};
  std::vector<std::string> options{"-y", "-s", "1000000", "-e", traced};
  if (fault) {
    options.insert(options.end(), {"-e", injection(*fault)});
  }
  std::string written;
  outcome = trace(options, file, invocation, written);
  std::vector<SystemCall> calls;
  std::istringstream lines{written};
  for (std::string line; std::getline(lines, line);) {
    if (auto call = parse_call(line)) {
      calls.push_back(*std::move(call));
    }
  }
  return calls.empty() ? std::nullopt : std::optional{calls};
}

} // namespace metrics_event::testing
