#include "cli/completion_words.hpp"

#include "cli/option.hpp"

namespace metrics_event {
std::vector<CompletionOption> completion_options(std::span<const Command> commands) {
  std::vector<CompletionOption> options;
  for (const Setting& setting : all_settings()) {
    if (setting.has_flag()) {
      options.push_back({.name = setting.name,
                         .short_flag = setting.short_flag,
                         .placeholder = setting.placeholder,
                         .value_kind = setting.value_kind,
                         .help = setting.help,
                         .choices = setting.choices,
                         .is_list = setting.kind == Setting::Kind::list,
                         .may_lack_value = setting.kind == Setting::Kind::optional,
                         .setting = &setting});
    }
  }
  for (const WordsOption& option : {help_option, version_option}) {
    options.push_back({.name = option.name, .short_flag = option.short_flag, .help = option.help});
  }
  for (const Command& command : commands) {
    for (const CommandOption& option : command.options) {
      options.push_back({.name = option.name,
                         .short_flag = option.short_flag,
                         .placeholder = option.placeholder,
                         .value_kind = option.value_kind,
                         .help = option.help,
                         .owner = &command});
    }
  }
  return options;
}

bool CompletionOption::is_of(const Command* command) const {
  if (owner != nullptr) {
    return owner == command;
  }
  return command == nullptr || setting == nullptr || command->heeds(setting->name);
}

std::string pattern(const CompletionOption& option) {
  return "--" + std::string{option.name} + ':' +
         std::string{option.owner == nullptr ? "*" : option.owner->name};
}

std::string no_value_patterns(std::span<const Command> commands, std::string_view between) {
  return each(completion_options(commands), between, [](const CompletionOption& option) {
    return option.needs_value() ? "" : pattern(option);
  });
}

std::string sender_name(const Command& command) {
  return command.sends_event ? std::string{command.name} : "";
}

std::string joined(std::span<const std::string_view> words, std::string_view between) {
  return each(words, between, [](std::string_view word) { return std::string{word}; });
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? "'\\''" : std::string{c};
  }
  return out + '\'';
}

std::string fill(std::string_view script,
                 std::initializer_list<std::pair<std::string_view, std::string>> parts) {
  std::string text{script};
  for (const auto& [name, part] : parts) {
    const std::string marker = '@' + std::string{name} + '@';
    for (std::size_t at = 0; (at = text.find(marker, at)) != text.npos; at += part.size()) {
      text.replace(at, marker.size(), part);
    }
  }
  return text;
}

} // namespace metrics_event
