#pragma once

#include "base/exit_code.hpp"
#include "cli/command.hpp"
#include "cli/option.hpp"
#include "event/known_types.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The subject of a command line. The first word that is not an option names a command or an event;
/// after a command that sends events, the second such word names the event.
struct Subject {
  std::optional<std::string> word{}; // the first word, as given
  const Command* command = nullptr;  // for an event, the command that sends it; null means unknown
  const EventType* event = nullptr;
  bool is_named_by_operand = false; // whether the second word names the event
  std::optional<Failure> trouble{}; // a bad event name, or a broken file that declares it

  bool is_known() const { return command != nullptr; }
};

/// The result of a first pass over the arguments, before CLI11 parses them: the rows they name, the
/// place of `--`, and two rules that CLI11 2.1.2 lacks. A separate value that names an option
/// counts as a missing value, because an empty unquoted shell variable would otherwise make the
/// next option the value; and `--name=` gives an empty value.
struct Arguments {
  Subject subject;
  std::vector<Option> options;    // that the subject allows
  std::vector<std::string> words; // for CLI11: all before `--` except unknown options
  std::optional<std::vector<std::string>> wrapped; // the words after `--`; none means no `--`
  std::string unknown_option;                      // the first one, as given; empty means none
  std::size_t operands = 0;        // words behind the subject that are no options or their values
  const Option* waiting = nullptr; // the last argument, if its value would come next
  std::string missing_value;       // the first option without its value; empty means none
  std::string remedy;              // how to give that value; empty means no suggestion
};

/// Makes the first pass over the arguments that follow the program name. `types` and `commands`
/// must outlive the result.
Arguments look_at(std::span<const std::string> given, const EventTypes& types,
                  std::span<const Command> commands);

/// Returns the last value that the arguments before `--` give to an option, for an option that is
/// needed before its meaning is known; nothing when they give none.
std::optional<std::string> last_value(std::span<const std::string> given, std::string_view option);

} // namespace metrics_event
