#include "cli/completion_words.hpp"

namespace metrics_event {
std::vector<Option> completion_options(std::span<const Command> commands) {
  std::vector<Option> options = common_options();
  for (const Command& command : commands) {
    add_options(options, command);
  }
  return options;
}

std::string pattern(const Option& option) {
  return "--" + option.name + ':' + std::string{option.owner == nullptr ? "*" : option.owner->name};
}

std::string no_value_patterns(std::span<const Command> commands, std::string_view between) {
  return each(completion_options(commands), between, [](const Option& option) {
    return option.value == Option::Value::required ? "" : pattern(option);
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
