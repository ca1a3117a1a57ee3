#include "callgrind.hpp"

#include "temporary.hpp"

#include <filesystem>
#include <fstream>

namespace metrics_event::testing {

std::optional<std::map<std::string, std::int64_t>>
instructions_of(const std::string& file, const Invocation& invocation, Outcome& outcome) {
  const std::string valgrind = "/usr/bin/valgrind";
  if (!std::filesystem::exists(valgrind)) {
    return std::nullopt;
  }
  const TemporaryDirectory directory = TemporaryDirectory::in_memory();
  const std::string path = (directory.path() / "profile").string();
  Invocation traced = invocation;
  traced.arguments.insert(traced.arguments.begin(),
                          {"--tool=callgrind", "--quiet", "--compress-strings=no",
                           "--compress-pos=no", "--callgrind-out-file=" + path, file});
  outcome = run(valgrind, traced);

  // Valgrind's manual describes the lines, "Callgrind Format Specification".
  std::map<std::string, std::int64_t> instructions;
  std::ifstream profile{path};
  std::string function;
  bool is_linker = false;
  for (std::string line; std::getline(profile, line);) {
    if (line.starts_with("ob=")) {
      is_linker = line.find("/ld-linux") != line.npos;
    } else if (line.starts_with("fn=")) {
      function = line.substr(3);
    } else if (line.starts_with("calls=")) {
      std::getline(profile, line); // what the callee costs
    } else if (!is_linker && line.find_first_of("0123456789") == 0) {
      instructions[function] += std::stoll(line.substr(line.find(' ')));
    }
  }
  return instructions;
}

} // namespace metrics_event::testing
