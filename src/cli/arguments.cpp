#include "cli/arguments.hpp"

#include "settings/table.hpp"

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
  if (const CommandType* const command = find_command(word)) {
    subject.command = command;
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

// Whether one of the options that are possible with a subject, by its flag without dashes and
// whether it takes a value, is what `is_it` looks for.
template <class IsIt>
bool any_option(const Subject& subject, IsIt&& is_it) {
  const auto is_setting = [&is_it](const Setting& setting) {
    return setting.has_flag() && is_it(setting.name, setting.kind == Setting::Kind::value ||
                                                         setting.kind == Setting::Kind::list);
  };
  const auto is_field = [&is_it](const Field& field) {
    return is_it(kebab_case(field.name), true) ||
           (has_since(field) && is_it(since_flag(field), true));
  };
  const auto is_of_command = [&is_it](const CommandOption& option) {
    return is_it(option.name, !option.placeholder.empty());
  };
  return is_it(help_option.name, false) || is_it(version_option.name, false) ||
         std::ranges::any_of(all_settings(), is_setting) ||
         (subject.event != nullptr && (is_it(kebab_case(timestamp_field.name), true) ||
                                       std::ranges::any_of(subject.event->fields, is_field))) ||
         (subject.command != nullptr &&
          std::ranges::any_of(subject.command->options, is_of_command));
}

struct Option {
  std::string_view name; // without dashes
  bool takes_value;
};

// The option that a word such as `--name` or `--name=value` gives, if it is possible.
std::optional<Option> option_of(std::string_view word, const Subject& subject) {
  if (!word.starts_with("--")) {
    return std::nullopt;
  }
  Option option{word.substr(2, word.find('=') - 2), false};
  const bool is_possible = any_option(subject, [&option](std::string_view name, bool takes_value) {
    option.takes_value = takes_value;
    return name == option.name;
  });
  return is_possible ? std::optional{option} : std::nullopt;
}

// Neither an option nor a subject looks like that.
bool is_path(std::string_view word) {
  return !word.starts_with('-') && word.find('/') != word.npos;
}

} // namespace

std::map<std::string, bool, std::less<>> possible_options(const Subject& subject) {
  std::map<std::string, bool, std::less<>> options;
  any_option(subject, [&options](std::string_view name, bool takes_value) {
    options.emplace(name, takes_value);
    return false;
  });
  return options;
}

Arguments prepare(std::span<const std::string> given, const EventTypes& types) {
  Arguments arguments;
  Subject& subject = arguments.subject;
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
  };
  for (auto word = given.begin(); word != given.end(); ++word) {
    if (*word == "--") {
      arguments.behind_dashes.assign(word, given.end());
      break;
    }
    if (const auto option = option_of(*word, subject)) {
      const std::size_t equals = word->find('=');
      arguments.options.emplace_back(option->name);
      if (option->takes_value && equals == std::string::npos) {
        // A variable that is empty and not quoted makes the next option look like the value.
        const auto value = word + 1;
        if (value == given.end() || *value == "--" || option_of(*value, subject) ||
            is_short_flags(*value, subject)) {
          if (arguments.lacking.empty() && value != given.end()) {
            arguments.remedy = *word + '=' + *value;
          }
          note(arguments.lacking, *word);
          continue;
        }
        arguments.words.insert(arguments.words.end(), word, word + 2);
        ++word;
      } else if (equals + 1 == word->size() && option->takes_value) {
        arguments.words.push_back(word->substr(0, equals));
        arguments.words.emplace_back();
      } else if (equals + 1 == word->size()) {
        note(arguments.lacking, word->substr(0, equals));
      } else if (equals == std::string::npos && may_have_value(option->name) &&
                 word + 1 != given.end() && is_path(word[1])) {
        arguments.words.push_back(*word + '=' + word[1]);
        ++word;
      } else {
        arguments.words.push_back(*word);
      }
    } else if (is_short_flags(*word, subject)) {
      arguments.short_flags += word->substr(1);
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
