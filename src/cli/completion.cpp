#include "cli/completion.hpp"

#include "base/exit_code.hpp"
#include "base/value.hpp"
#include "cli/completion_bash.hpp"
#include "cli/completion_fish.hpp"
#include "cli/completion_words.hpp"
#include "cli/completion_zsh.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

constexpr std::array table{
    Completion{"bash", "metrics-event.bash", bash_completion},
    Completion{"zsh", "_metrics-event", zsh_completion},
    Completion{"fish", "metrics-event.fish", fish_completion},
};

std::vector<CompletionRow> event_rows(const EventTypes& types) {
  std::vector<CompletionRow> rows;
  for (const EventTypes::Listed& listed : types.all()) {
    if (listed.type != nullptr) {
      rows.push_back(event_row(*listed.type));
    }
  }
  return rows;
}

std::vector<CompletionRow> field_rows(std::string_view event, const EventTypes& types) {
  for (const EventTypes::Listed& listed : types.all()) {
    if (event_name(event) == listed.name) {
      return listed.type == nullptr ? std::vector<CompletionRow>{} : field_rows(*listed.type);
    }
  }
  throw Failure{ExitCode::usage, "completion: " + Mismatch{"the name of an event", event}.text};
}

} // namespace

std::span<const Completion> completions() {
  return table;
}

std::string completion_script(std::string_view shell, std::span<const EventType> built_in) {
  const auto* const completion = std::ranges::find(table, shell, &Completion::shell);
  if (completion == table.end()) {
    throw Failure{ExitCode::usage, "completion: " + Mismatch{"bash, zsh or fish", shell}.text};
  }
  return completion->script(built_in);
}

std::string completion_list(std::span<const GivenOption> asked, const EventTypes& types) {
  std::string text;
  for (const GivenOption& given : asked) {
    const auto rows =
        given.option->name == "list-events" ? event_rows(types) : field_rows(given.text, types);
    for (const CompletionRow& row : rows) {
      text += line_of(row) + '\n';
    }
  }
  return text;
}

} // namespace metrics_event
