#include "callgrind.hpp"

#include "temporary.hpp"

#include <filesystem>
#include <numeric>
#include <sstream>
#include <string_view>

namespace metrics_event::testing {
namespace {

const std::string valgrind = "/usr/bin/valgrind";

// Reads callgrind's own format (valgrind's manual, "Callgrind Format Specification").
class Profile {
public:
  explicit Profile(const std::string& text) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
      read(line);
    }
  }

  Counts counts;

private:
  void read(std::string_view line) {
    const std::size_t equals = line.find('=');
    const std::string_view key = line.substr(0, equals);
    const bool is_cost = !line.empty() && (line[0] == '+' || line[0] == '-' || line[0] == '*' ||
                                           (line[0] >= '0' && line[0] <= '9'));
    if (key == "ob") {
      is_linker_ = name(objects_, line.substr(equals + 1)).find("/ld-linux") != std::string::npos;
    } else if (key == "cob") {
      name(objects_, line.substr(equals + 1));
    } else if (key == "fn") {
      function_ = name(functions_, line.substr(equals + 1));
    } else if (key == "cfn") {
      name(functions_, line.substr(equals + 1));
    } else if (key == "calls") {
      is_of_callee_ = true;
    } else if (is_cost) {
      if (!is_of_callee_ && !is_linker_) {
        counts[function_] += std::stoull(std::string{line.substr(line.find(' ') + 1)});
      }
      is_of_callee_ = false;
    }
  }

  // Of `(1) name`, which from then on is `(1)`.
  static const std::string& name(std::map<std::string, std::string>& names, std::string_view text) {
    const std::size_t end = text.find(')') + 1;
    std::string& known = names[std::string{text.substr(0, end)}];
    if (end < text.size()) {
      known = text.substr(end + 1);
    }
    return known;
  }

  std::map<std::string, std::string> objects_;
  std::map<std::string, std::string> functions_;
  std::string function_;
  bool is_linker_ = false;
  bool is_of_callee_ = false; // the next line
};

} // namespace

std::optional<Counts> instructions_of(const std::string& program, const Invocation& invocation,
                                      Outcome& outcome) {
  if (!std::filesystem::exists(valgrind)) {
    return std::nullopt;
  }
  const TemporaryDirectory directory = TemporaryDirectory::in_memory();
  const std::filesystem::path path = directory.path() / "profile";
  Invocation traced = invocation;
  traced.arguments.insert(
      traced.arguments.begin(),
      {"--tool=callgrind", "--quiet", "--callgrind-out-file=" + path.string(), program});
  outcome = run(valgrind, traced);
  return Profile{std::filesystem::exists(path) ? read_file(path) : ""}.counts;
}

std::uint64_t total(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& count) { return sum + count.second; });
}

} // namespace metrics_event::testing
