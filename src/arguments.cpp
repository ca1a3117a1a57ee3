#include "arguments.hpp"

#include "settings.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

Subject subject_named(const std::string& word, std::span<const EventType> events) {
  Subject subject{.word = word};
  for (const EventType& type : events) {
    if (word == kebab_case(type.name) || word == type.name) {
      subject.event = &type;
    }
  }
  for (const CommandType& type : all_commands()) {
    if (word == type.name) {
      subject.command = &type;
    }
  }
  return subject;
}

// Whether all letters of `-nq` are short flags.
bool is_short_flags(std::string_view word) {
  const auto is_flag = [](char letter) {
    return letter == help_option.short_flag || letter == version_option.short_flag ||
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
    }
  }
  if (subject.command != nullptr) {
    for (const CommandOption& option : subject.command->options) {
      options.emplace(option.name, !option.placeholder.empty());
    }
  }
  return options;
}

Arguments prepare(std::span<const std::string> given, std::span<const EventType> events) {
  Arguments arguments;
  auto options = possible_options({});
  const auto option_of = [&options](std::string_view word) {
    return word.starts_with("--") ? options.find(word.substr(2, word.find('=') - 2))
                                  : options.end();
  };
  const auto note = [](std::string& place, const std::string& word) {
    place = place.empty() ? word : place;
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
            is_short_flags(*value)) {
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
    } else if (is_short_flags(*word)) {
      arguments.words.push_back(*word);
    } else if (word->starts_with('-') || arguments.subject.word) {
      if (!arguments.subject.word || arguments.subject.known()) { // else all is strange
        note(arguments.stranger, *word);
      }
    } else {
      arguments.subject = subject_named(*word, events);
      options = possible_options(arguments.subject);
      arguments.words.push_back(*word);
    }
  }
  return arguments;
}

} // namespace metrics_event
