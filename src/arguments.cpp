#include "arguments.hpp"

#include "settings.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

// Fills in what the name of an event means; throws nothing.
void find_event(Subject& subject, const std::string& name, const EventTypes& types) {
  try {
    subject.event = types.find(name);
  } catch (const Failure& failure) {
    subject.trouble = failure;
  }
}

Subject subject_named(const std::string& word, const EventTypes& types) {
  Subject subject{.word = word};
  const auto command = std::ranges::find(all_commands(), word, &CommandType::name);
  if (command != all_commands().end()) {
    subject.command = &*command;
  } else if (const auto name = event_name(word)) {
    find_event(subject, *name, types);
  }
  return subject;
}

// What is sent by `send`.
void name_sent(Subject& subject, const std::string& word, const EventTypes& types, bool measures) {
  const auto name = event_name(word);
  if (!name) {
    subject.trouble = Failure{
        ExitCode::usage, "send: " + Mismatch{"the name of an event such as disk-full", word}.text};
    return;
  }
  find_event(subject, *name, types);
  if (subject.event == nullptr && !subject.trouble) {
    subject.event = &types.undeclared(*name, measures);
  }
}

// Whether all letters of `-nq` are short flags.
bool is_short_flags(std::string_view word, const Subject& subject) {
  const auto is_flag = [&subject](char letter) {
    const auto own =
        subject.command == nullptr ? std::span<const CommandOption>{} : subject.command->options;
    return letter == help_option.short_flag || letter == version_option.short_flag ||
           std::ranges::find(own, letter, &CommandOption::short_flag) != own.end() ||
           std::ranges::find(all_settings(), letter, &Setting::short_flag) != all_settings().end();
  };
  return word.size() > 1 && word[0] == '-' && word[1] != '-' &&
         std::ranges::all_of(word.substr(1), is_flag);
}

bool may_have_value(std::string_view option) {
  const auto setting = std::ranges::find(all_settings(), option, &Setting::name);
  return setting != all_settings().end() && setting->kind == Setting::Kind::optional;
}

// Neither an option nor a subject looks like that.
bool is_path(std::string_view word) {
  return !word.starts_with('-') && word.find('/') != word.npos;
}

} // namespace

std::map<std::string, bool, std::less<>> possible_options(const Subject& subject) {
  std::map<std::string, bool, std::less<>> options;
  options.emplace(help_option.name, false);
  options.emplace(version_option.name, false);
  for (const Setting& setting : all_settings()) {
    if (setting.has_flag()) {
      options.emplace(setting.name,
                      setting.kind == Setting::Kind::value || setting.kind == Setting::Kind::list);
    }
  }
  if (subject.event != nullptr) {
    options.emplace(kebab_case(timestamp_field.name), true);
    for (const Field& field : subject.event->fields) {
      options.emplace(kebab_case(field.name), true);
      if (has_since(field)) {
        options.emplace(since_flag(field), true);
      }
    }
  }
  if (subject.command != nullptr) {
    for (const CommandOption& option : subject.command->options) {
      options.emplace(option.name, !option.placeholder.empty());
    }
  }
  return options;
}

Arguments prepare(std::span<const std::string> given, const EventTypes& types) {
  Arguments arguments;
  Subject& subject = arguments.subject;
  auto options = possible_options({});
  const auto option_of = [&options](std::string_view word) {
    return word.starts_with("--") ? options.find(word.substr(2, word.find('=') - 2))
                                  : options.end();
  };
  const auto note = [](std::string& place, const std::string& word) {
    place = place.empty() ? word : place;
  };
  const auto add_operand = [&](std::span<const std::string> words) {
    const std::string& word = words.front();
    if (!subject.word) {
      subject = subject_named(word, types);
      arguments.words.push_back(word);
    } else if (subject.is_send() && subject.event == nullptr && !subject.trouble) {
      name_sent(subject, word, types, std::ranges::find(words, "--") != words.end());
    } else if (subject.event != nullptr && is_extra_field(word)) {
      if (auto extra = parse_extra_field(word)) {
        arguments.extras.push_back(*std::move(extra));
      } else {
        note(arguments.bad_extra, extra.error().text);
      }
      return;
    } else if (subject.event == nullptr && subject.command != nullptr &&
               !subject.command->operand.empty() && !arguments.operand) {
      arguments.operand = word;
    } else if (subject.known()) { // else all is strange
      note(arguments.stranger, word);
    }
    options = possible_options(subject);
  };
  for (auto word = given.begin(); word != given.end(); ++word) {
    if (*word == "--") {
      arguments.behind_dashes.assign(word, given.end());
      break;
    }
    const auto option = option_of(*word);
    if (option != options.end()) {
      const std::size_t equals = word->find('=');
      if (option->second && equals == std::string::npos) {
        // A variable that is empty and not quoted makes the next option look like the value.
        const auto value = word + 1;
        if (value == given.end() || *value == "--" || option_of(*value) != options.end() ||
            is_short_flags(*value, subject)) {
          if (arguments.lacking.empty() && value != given.end()) {
            arguments.remedy = *word + '=' + *value;
          }
          note(arguments.lacking, *word);
          continue;
        }
        arguments.words.insert(arguments.words.end(), word, word + 2);
        ++word;
      } else if (equals + 1 == word->size() && option->second) {
        arguments.words.push_back(word->substr(0, equals));
        arguments.words.emplace_back();
      } else if (equals + 1 == word->size()) {
        note(arguments.lacking, word->substr(0, equals));
      } else if (equals == std::string::npos && may_have_value(option->first) &&
                 word + 1 != given.end() && is_path(word[1])) {
        arguments.words.push_back(*word + '=' + word[1]);
        ++word;
      } else {
        arguments.words.push_back(*word);
      }
    } else if (is_short_flags(*word, subject)) {
      arguments.words.push_back(*word);
    } else if (!word->starts_with('-') || *word == "-") {
      add_operand({word, given.end()});
    } else if (!subject.word || subject.known()) {
      note(arguments.stranger, *word);
    }
  }
  return arguments;
}

std::optional<std::string> last_value(std::span<const std::string> given, std::string_view option) {
  std::optional<std::string> value;
  const std::string flag = "--" + std::string{option};
  for (std::size_t i = 0; i < given.size() && given[i] != "--"; ++i) {
    if (given[i].starts_with(flag + '=')) {
      value = given[i].substr(flag.size() + 1);
    } else if (given[i] == flag && i + 1 < given.size()) {
      value = given[i + 1];
    }
  }
  return value;
}

} // namespace metrics_event
