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

/// These return the completion script of a shell. The script asks the program for the events and
/// their flags, and offers none when the program does not answer.
std::string bash_completion(std::span<const Command> commands);
std::string zsh_completion(std::span<const Command> commands);
std::string fish_completion(std::span<const Command> commands);

/// Returns the options to complete: the settings that have a flag, help and version, and the
/// options of the commands.
std::vector<Option> completion_options(std::span<const Command> commands);

/// `pattern` returns a shell pattern for `WORD:SUBJECT`, where SUBJECT is an event or a command,
/// that matches this option only. `no_value_patterns` returns those of all options that may stand
/// without a value.
std::string pattern(const Option& option);
std::string no_value_patterns(std::span<const Command> commands, std::string_view between);

/// Returns the name of a command that sends events; empty for any other command.
std::string sender_name(const Command& command);

/// Joins words with `between` between them.
std::string joined(std::span<const std::string_view> words, std::string_view between);

/// Joins the texts of the rows of a table with `between` between those that are not empty.
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

/// Returns a script in which each `@NAME@` is replaced by the text given for NAME.
std::string fill(std::string_view script,
                 std::initializer_list<std::pair<std::string_view, std::string>> parts);

/// The notice of origin at the top of each script.
inline constexpr std::string_view completion_notice =
    "generated from the tables in src/ by ./dev docs; do not edit";

} // namespace metrics_event
