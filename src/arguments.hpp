#pragma once

#include "command.hpp"
#include "event_type.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// What the first word that is not an option names.
struct Subject {
  std::optional<std::string> word{}; // as given
  const EventType* event = nullptr;
  const CommandType* command = nullptr;

  bool known() const { return event != nullptr || command != nullptr; }
};

/// Every option that is possible with a subject, by its flag without dashes; true: it takes a
/// value.
std::map<std::string, bool, std::less<>> possible_options(const Subject& subject);

/// The arguments made ready for CLI11, which takes `--name=` for a missing value, knows only the
/// exact name of a subcommand, and goes on reading options behind `--`.
struct Arguments {
  Subject subject;
  std::vector<std::string> words;         // with `--name=` in the form of two words
  std::vector<std::string> behind_dashes; // `--` and what follows it
  std::string lacking;                    // an option that lacks its value
  std::string remedy;                     // for that
  std::string stranger;                   // a word that nothing can be made of
};

/// Takes the arguments that follow the program's name apart.
Arguments prepare(std::span<const std::string> given, std::span<const EventType> events);

} // namespace metrics_event
