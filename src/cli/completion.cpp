#include "cli/completion.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "base/value.hpp"
#include "cli/completion_words.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

constexpr std::size_t longest_text = 200;

constexpr std::array table{
    Completion{shells[0], "metrics-event.bash", bash_completion},
    Completion{shells[1], "_metrics-event", zsh_completion},
    Completion{shells[2], "metrics-event.fish", fish_completion},
};

std::string field_line(const std::string& flag, const Field& field, std::string_view help) {
  std::string line = flag + '\t' + placeholder(field) + '\t' + printable(help, longest_text);
  // Choices need no check here: event files cannot declare one with characters that a terminal
  // would interpret.
  for (const std::string_view choice : field.choices) {
    line.append("\t").append(choice);
  }
  const bool is_plain_boolean = field.type == FieldType::boolean && field.choices.empty();
  return line + (is_plain_boolean ? "\ttrue\tfalse\n" : "\n");
}

std::string field_lines(const EventType& type) {
  std::string lines;
  for (const Field& field : type.fields) {
    lines += field_line("--" + kebab_case(field.name), field, field.help);
    if (has_since(field)) {
      lines +=
          field_line("--" + since_flag(field), timestamp_field, "the same as the time since then");
    }
  }
  return lines + field_line("--timestamp", timestamp_field, timestamp_field.help);
}

} // namespace

std::span<const Completion> completions() {
  return table;
}

std::string completion_script(std::string_view shell, std::span<const Command> commands) {
  const auto* const completion = std::ranges::find(table, shell, &Completion::shell);
  if (completion == table.end()) {
    throw Failure{ExitCode::usage, "completion: " + Mismatch{"bash, zsh or fish", shell}.text};
  }
  return completion->script(commands);
}

std::string listed_events(const EventTypes& types) {
  std::string lines;
  for (const EventTypes::Listed& listed : types.all()) {
    if (listed.type != nullptr) {
      lines +=
          kebab_case(listed.type->name) + '\t' + printable(listed.type->help, longest_text) + '\n';
    }
  }
  return lines;
}

std::string listed_fields(std::string_view event, const EventTypes& types) {
  for (const EventTypes::Listed& listed : types.all()) {
    if (event_name(event) == listed.name) {
      return listed.type == nullptr ? "" : field_lines(*listed.type);
    }
  }
  throw Failure{ExitCode::usage, "completion: " + Mismatch{"the name of an event", event}.text};
}

} // namespace metrics_event
