#pragma once

#include "cli/command.hpp"
#include "event/type.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

/// An option as completion sees it, whichever table it comes from.
struct CompletionOption {
  std::string_view name;
  char short_flag = '\0';
  std::string_view placeholder{}; // empty: it takes no value
  std::string_view help;
  std::span<const std::string_view> choices{};
  bool is_list = false;               // may be given more than once
  bool may_lack_value = false;        // then it has one only behind an equals sign
  const CommandType* owner = nullptr; // the only command that has it; null: a setting or of words

  bool needs_value() const { return !placeholder.empty() && !may_lack_value; }
};

/// The settings, the options that are answered with words, and those of the commands.
std::vector<CompletionOption> completion_options();

/// Whether an option means something to a command, or (null) to an event.
bool is_option_of(const CompletionOption& option, const CommandType* command);

/// The pattern that only the option matches in `WORD:SUBJECT`, where the subject is an event or a
/// command; and those of all options that may stand without a value.
std::string pattern(const CompletionOption& option);
std::string no_value_patterns(std::string_view between);

/// What can be said of one word, in the machine's form: an event is its name and what it says; a
/// field's flag with its dashes, what stands for its value, what it says, and each of its choices.
using CompletionRow = std::vector<std::string>;

/// The row of an event, and those of its flags. What a terminal would act on is left out.
CompletionRow event_row(const EventType& type);
std::vector<CompletionRow> field_rows(const EventType& type);

/// A row as a line, with tabs between its texts.
std::string line_of(const CompletionRow& row);

/// What is built in, with the options that ask for it: `--list-fields runner-start`, and last
/// `--list-events`.
std::vector<std::pair<std::string, std::vector<CompletionRow>>>
built_in_lists(std::span<const EventType> built_in);

/// The shells that have a script.
std::vector<std::string_view> shells();

/// The words with something between them.
std::string joined(std::span<const std::string_view> words, std::string_view between);

/// A text for each of the rows of a table, with something between those that are not empty.
template <class Row, class Text>
std::string each(const Row& rows, std::string_view between, const Text& text) {
  std::string all;
  for (const auto& row : rows) {
    const std::string one = text(row);
    all.append(all.empty() || one.empty() ? "" : between).append(one);
  }
  return all;
}

/// A text as bash and zsh read it literally.
std::string single_quoted(std::string_view text);

/// The text of a script in which each `@NAME@` stands for what is given for NAME.
std::string fill(std::string_view script,
                 std::initializer_list<std::pair<std::string_view, std::string>> parts);

/// What the scripts say of where they come from.
inline constexpr std::string_view completion_notice =
    "generated from the tables in src/ by ./dev docs; do not edit";

} // namespace metrics_event
