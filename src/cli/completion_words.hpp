#pragma once

#include "cli/command.hpp"
#include "cli/option.hpp"

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

/// Returns the settings that have a flag, the options that are answered with words, and those of
/// the commands.
std::vector<Option> completion_options(std::span<const Command> commands);

/// Returns the pattern that only the option matches in `WORD:SUBJECT`, where the subject is an
/// event or a command; and those of all options that may stand without a value.
std::string pattern(const Option& option);
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
