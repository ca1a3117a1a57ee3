#include "cli/command.hpp"

#include "base/value.hpp"

#include <algorithm>
#include <stdexcept>

namespace metrics_event {

std::string Command::synopsis(std::string_view fields) const {
  const std::string word{operand.name};
  std::string text = word.empty() ? "" : operand.is_required ? ' ' + word : " [" + word + ']';
  text += operand.can_repeat() ? "..." : "";
  text += fields;
  return text + (sends_event ? " [KEY=VALUE]... [-- COMMAND [ARG]...]" : "");
}

bool Command::uses_flag(const Setting& setting) const {
  const bool is_reported = !only_reports.empty() && names_setting(only_reports, setting);
  return heeds(setting) && !is_reported && (sends_event || !setting.needs_command);
}

bool Command::accepts_flag(const Setting& setting) const {
  return uses_flag(setting) || setting.name == "quiet";
}

const Command* find_command(std::span<const Command> commands, std::string_view name) {
  const auto command = std::ranges::find(commands, name, &Command::name);
  return command == commands.end() ? nullptr : &*command;
}

const Command* sender_of_events(std::span<const Command> commands) {
  const auto command = std::ranges::find(commands, true, &Command::sends_event);
  return command == commands.end() ? nullptr : &*command;
}

std::vector<std::string> CommandOptions::texts(std::string_view name) const {
  std::vector<std::string> texts;
  for (const GivenOption& one : given_) {
    if (one.option->name == name) {
      texts.push_back(one.text);
    }
  }
  return texts;
}

std::optional<std::string_view> CommandOptions::given(std::string_view name) const {
  std::optional<std::string_view> text;
  for (const GivenOption& one : given_) {
    text = one.option->name == name ? std::optional<std::string_view>{one.text} : text;
  }
  return text;
}

std::string_view CommandOptions::text(std::string_view name) const {
  const auto row = std::ranges::find(rows_, name, &CommandOption::name);
  if (row == rows_.end()) {
    throw std::out_of_range{std::string{name}};
  }
  return given(name).value_or(row->default_text);
}

bool CommandOptions::is_on(std::string_view name) const {
  return value<bool>(name, parse_bool).value_or(false);
}

} // namespace metrics_event
