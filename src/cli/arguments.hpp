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

/// What a command line is about. Its first word that is not an option names a command or an event;
/// behind a command that sends events, the second one names the event.
struct Subject {
  std::optional<std::string> word{}; // the first one, as given
  const Command* command = nullptr;  // of an event, the one that sends it; null: unknown
  const EventType* event = nullptr;
  bool is_named_by_operand = false; // whether the second word names the event
  std::optional<Failure> trouble{}; // with the event's name, or with the file that declares it

  bool is_known() const { return command != nullptr; }
};

/// A first look at the arguments, before CLI11 parses them: which rows they name, where `--` is,
/// and two rules that CLI11 2.1.2 lacks. A separate value that names an option is a missing value,
/// because a variable that is empty and not quoted makes the next option look like one; and
/// `--name=` gives an empty value.
struct Arguments {
  Subject subject;
  std::vector<Option> options;                     // that are possible with the subject
  std::vector<std::string> words;                  // for CLI11: all before `--` but unknown options
  std::optional<std::vector<std::string>> wrapped; // what follows `--`; none: there is no `--`
  std::string unknown_option;                      // the first one, as given; empty: none
  std::string missing_value; // the first option whose value is missing; empty: none
  std::string remedy;        // how to give it; empty: no next word looked like it
};

/// Looks at the arguments that follow the program's name.
Arguments look_at(std::span<const std::string> given, const EventTypes& types,
                  std::span<const Command> commands);

/// Returns the last value that the arguments before `--` give to an option, for an option that is
/// needed before its meaning is known; nothing when they give none.
std::optional<std::string> last_value(std::span<const std::string> given, std::string_view option);

} // namespace metrics_event
