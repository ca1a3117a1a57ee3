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

/// The arguments as a first look finds them, before CLI11 parses `words`. The look tells what the
/// command line is about, so that CLI11 learns only the options that apply, and where `--` stands.
///
/// It also keeps two rules that CLI11 2.1.2 lacks. The first: in `--flavor --dry-run`, the value of
/// `--flavor` is missing. CLI11 would take `--dry-run` for the value, which happens when a shell
/// variable between the two is empty and not quoted. The second: `--flavor=` gives an empty value.
struct Arguments {
  Subject subject;
  std::vector<Option> options;    // that the subject allows
  std::vector<std::string> words; // for CLI11: all before `--` except unknown options
  std::optional<std::vector<std::string>> wrapped; // the words after `--`; none means no `--`
  std::string unknown_option;                      // the first one, as given; empty means none
  std::size_t operands = 0; // words after the subject that are neither options nor their values
  const Option* waiting = nullptr; // the last argument, if its value would come next
  std::string missing_value;       // the first option without its value; empty means none
  std::string remedy;              // how to give that value; empty means no suggestion
  std::string separate; // the first word after an option whose value needs an equals sign
  std::string joined;   // the option with that word for its value
};

/// Takes the first look at the arguments that follow the program name. `types` and `commands` must
/// outlive the result.
Arguments look_at(std::span<const std::string> given, const EventTypes& types,
                  std::span<const Command> commands);

/// Returns the last value that the arguments before `--` give to an option, for an option that is
/// needed before its meaning is known; nothing when they give none.
std::optional<std::string> last_value(std::span<const std::string> given, std::string_view option);

} // namespace metrics_event
