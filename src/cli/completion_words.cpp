#include "cli/completion_words.hpp"

#include "base/text.hpp"
#include "cli/completion.hpp"
#include "settings/table.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

constexpr std::size_t longest_text = 200;
constexpr std::array<std::string_view, 2> booleans{"true", "false"};

// Choices with what a terminal would act on are not declared in the first place.
CompletionRow field_row(const Field& field) {
  CompletionRow row{"--" + kebab_case(field.name), placeholder(field),
                    printable(field.help, longest_text)};
  const bool is_plain_boolean = field.type == FieldType::boolean && field.choices.empty();
  const auto choices =
      is_plain_boolean ? std::span<const std::string_view>{booleans} : field.choices;
  row.insert(row.end(), choices.begin(), choices.end());
  return row;
}

} // namespace

std::vector<CompletionOption> completion_options() {
  std::vector<CompletionOption> options;
  for (const Setting& setting : all_settings()) {
    if (setting.has_flag()) {
      options.push_back({.name = setting.name,
                         .short_flag = setting.short_flag,
                         .placeholder = setting.placeholder,
                         .help = setting.help,
                         .choices = setting.choices,
                         .is_list = setting.kind == Setting::Kind::list,
                         .may_lack_value = setting.kind == Setting::Kind::optional});
    }
  }
  for (const WordsOption& option : {help_option, version_option}) {
    options.push_back({.name = option.name, .short_flag = option.short_flag, .help = option.help});
  }
  for (const CommandType& command : all_commands()) {
    for (const CommandOption& option : command.options) {
      options.push_back({.name = option.name,
                         .short_flag = option.short_flag,
                         .placeholder = option.placeholder,
                         .help = option.help,
                         .owner = &command});
    }
  }
  return options;
}

bool is_option_of(const CompletionOption& option, const CommandType* command) {
  if (option.owner != nullptr) {
    return option.owner == command;
  }
  const bool is_answered = option.name == help_option.name || option.name == version_option.name;
  return command == nullptr || is_answered || heeds(*command, option.name);
}

std::string pattern(const CompletionOption& option) {
  return "--" + std::string{option.name} + ':' +
         std::string{option.owner == nullptr ? "*" : option.owner->name};
}

std::string no_value_patterns(std::string_view between) {
  return each(completion_options(), between, [](const CompletionOption& option) {
    return option.needs_value() ? "" : pattern(option);
  });
}

CompletionRow event_row(const EventType& type) {
  return {kebab_case(type.name), printable(type.help, longest_text)};
}

std::vector<CompletionRow> field_rows(const EventType& type) {
  std::vector<CompletionRow> rows;
  for (const Field& field : type.fields) {
    rows.push_back(field_row(field));
    if (has_since(field)) {
      rows.push_back({"--" + since_flag(field), placeholder(timestamp_field),
                      "the same as the time since then"});
    }
  }
  rows.push_back(field_row(timestamp_field));
  return rows;
}

std::string line_of(const CompletionRow& row) {
  std::string line = row.front();
  for (const std::string& text : std::span{row}.subspan(1)) {
    line.append("\t").append(text);
  }
  return line;
}

std::vector<std::pair<std::string, std::vector<CompletionRow>>>
built_in_lists(std::span<const EventType> built_in) {
  std::vector<std::pair<std::string, std::vector<CompletionRow>>> lists;
  std::vector<CompletionRow> events;
  for (const EventType& type : built_in) {
    events.push_back(event_row(type));
    lists.emplace_back("--list-fields " + events.back().front(), field_rows(type));
  }
  lists.emplace_back("--list-events", std::move(events));
  return lists;
}

std::vector<std::string_view> shells() {
  std::vector<std::string_view> names;
  for (const Completion& completion : completions()) {
    names.push_back(completion.shell);
  }
  return names;
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
