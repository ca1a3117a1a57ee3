#pragma once

#include "cli/command.hpp"
#include "settings/settings.hpp"

#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

/// The shells that have a completion script.
inline constexpr std::array<std::string_view, 3> shells{"bash", "zsh", "fish"};

/// Returns the completion script of a shell. The scripts ask the program for the events and their
/// flags; where it does not answer they offer none.
std::string bash_completion(std::span<const Command> commands);
std::string zsh_completion(std::span<const Command> commands);
std::string fish_completion(std::span<const Command> commands);

/// An option as completion sees it, whichever table its row stands in.
struct CompletionOption {
  std::string_view name;
  char short_flag = '\0';
  std::string_view placeholder{}; // empty: it takes no value
  ValueKind value_kind = ValueKind::text;
  std::string_view help;
  std::span<const std::string_view> choices{};
  bool is_list = false;             // may be given more than once
  bool may_lack_value = false;      // then it has one only behind an equals sign
  const Setting* setting = nullptr; // of which it is the flag; null: of none
  const Command* owner = nullptr;   // the only command that has it; null: several have

  bool needs_value() const { return !placeholder.empty() && !may_lack_value; }

  /// Returns whether the option means something to a command, or (null) to an event.
  bool is_of(const Command* command) const;
};

/// Returns the settings that have a flag, the options that are answered with words, and those of
/// the commands.
std::vector<CompletionOption> completion_options(std::span<const Command> commands);

/// Returns the pattern that only the option matches in `WORD:SUBJECT`, where the subject is an
/// event or a command; and those of all options that may stand without a value.
std::string pattern(const CompletionOption& option);
std::string no_value_patterns(std::span<const Command> commands, std::string_view between);

/// Returns the name of a command that sends events; empty for another one.
std::string sender_name(const Command& command);

/// Joins words with something between them.
std::string joined(std::span<const std::string_view> words, std::string_view between);

/// Joins a text for each of the rows of a table, with something between those that are not empty.
template <class Row, class Text>
std::string each(const Row& rows, std::string_view between, const Text& text) {
  std::string all;
  for (const auto& row : rows) {
    const std::string one = text(row);
    all.append(all.empty() || one.empty() ? "" : between).append(one);
  }
  return all;
}

/// Quotes a text so that bash and zsh read it literally.
std::string single_quoted(std::string_view text);

/// Returns a script in which each `@NAME@` is replaced by what is given for NAME.
std::string fill(std::string_view script,
                 std::initializer_list<std::pair<std::string_view, std::string>> parts);

/// What the scripts say of where they come from.
inline constexpr std::string_view completion_notice =
    "generated from the tables in src/ by ./dev docs; do not edit";

} // namespace metrics_event
