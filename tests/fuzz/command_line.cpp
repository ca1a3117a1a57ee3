#include "cli/command_line.hpp"
#include "base/text.hpp"
#include "commands/table.hpp"
#include "event/catalogue.hpp"
#include "fuzz/target.hpp"

#include <string>

namespace metrics_event::testing {
namespace {

const EventTypes built_in_types{built_in_events()};

} // namespace

// The arguments of the program, one a line.
void fuzz_command_line(std::string_view input) {
  std::vector<std::string> arguments;
  for (const std::string_view line : lines_of(input)) {
    arguments.emplace_back(line.substr(0, line.find('\0'))); // as an argument ends
  }
  const CommandLine line = parse_command_line(arguments, built_in_types, all_commands(),
                                              [](const std::string&) { return std::nullopt; });
  must(!line.trouble || is_safe_to_show(line.trouble->text()), "trouble is safe to show");
  for (const GivenSetting& given : line.settings) {
    must(given.setting->has_flag(), "no secret is taken from an argument");
  }
  try {
    resolve({line.settings});
  } catch (const Failure& failure) {
    must(is_safe_to_show(failure.text()), "a failure is safe to show");
  }
}

} // namespace metrics_event::testing
