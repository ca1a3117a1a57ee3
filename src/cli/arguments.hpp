#pragma once

#include "base/exit_code.hpp"
#include "cli/command.hpp"
#include "event/extra_field.hpp"
#include "event/known_types.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// What the first word that is not an option names; of `send`, what the second one does.
struct Subject {
  std::optional<std::string> word{}; // as given
  const EventType* event = nullptr;
  const CommandType* command = nullptr;
  std::optional<Failure> trouble{}; // with what declares the event

  bool known() const { return event != nullptr || command != nullptr; }
  bool is_send() const { return command != nullptr && command->name == "send"; }
};

/// Every option that is possible with a subject, by its flag without dashes; true: it takes a
/// value.
std::map<std::string, bool, std::less<>> possible_options(const Subject& subject);

/// The arguments made ready for CLI11, which takes `--name=` for a missing value, knows only the
/// exact name of a subcommand, and goes on reading options behind `--`.
struct Arguments {
  Subject subject;
  std::vector<std::string> words;       // with `--name=` in the form of two words
  std::vector<std::string> options;     // that are among them, without dashes
  std::string short_flags;              // the same, letters
  std::optional<std::string> operand{}; // of a command that takes one
  std::vector<ExtraField> extras;
  std::vector<std::string> behind_dashes; // `--` and what follows it
  std::string lacking;                    // an option that lacks its value
  std::string remedy;                     // for that
  std::string stranger;                   // a word that nothing can be made of
  std::string bad_extra;                  // what is wrong with an extra field

  /// COMMAND, which follows `--`.
  std::vector<std::string> wrapped() const {
    return {behind_dashes.begin() + (behind_dashes.empty() ? 0 : 1), behind_dashes.end()};
  }
};

/// Takes the arguments that follow the program's name apart.
Arguments prepare(std::span<const std::string> given, const EventTypes& types);

/// The last value that arguments before `--` give to an option; nothing when none does. For an
/// option that is needed before the arguments can be taken apart.
std::optional<std::string> last_value(std::span<const std::string> given, std::string_view option);

} // namespace metrics_event
