#include "cli/arguments.hpp"

#include "base/value.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

// Returns whether a word can only be a path: neither an option nor a subject contains a slash.
bool is_path(std::string_view word) {
  return !word.starts_with('-') && word.find('/') != word.npos;
}

class FirstLook {
public:
  FirstLook(std::span<const std::string> given, const EventTypes& types,
            std::span<const Command> commands)
      : given_{given}, types_{types}, commands_{commands}, found_{.options = common_options()} {}

  Arguments run() {
    for (; at_ < given_.size(); ++at_) {
      const std::string& word = given_[at_];
      if (word == "--") {
        found_.wrapped.emplace(given_.begin() + static_cast<std::ptrdiff_t>(at_) + 1, given_.end());
        break;
      }
      if (Option* const option = long_option(word)) {
        option->is_named = option->is_spelled_out = true;
        take(*option);
      } else if (is_short_flags(word)) {
        take_short_flags(word);
      } else if (word.starts_with('-') && word != "-") {
        const Subject& subject = found_.subject;
        if (!subject.word || subject.is_known()) { // otherwise every option is unknown
          note(found_.unknown_option, word);
        }
      } else {
        name(word);
        found_.words.push_back(word);
      }
    }
    return std::move(found_);
  }

private:
  static void note(std::string& place, const std::string& word) {
    place = place.empty() ? word : place;
  }

  // Returns the option that a word such as `--name` or `--name=value` names; null when it names
  // none.
  Option* long_option(std::string_view word) {
    if (!word.starts_with("--")) {
      return nullptr;
    }
    const std::string_view name = word.substr(2, word.find('=') - 2);
    const auto option = std::ranges::find(found_.options, name, &Option::name);
    return option == found_.options.end() ? nullptr : &*option;
  }

  Option* short_option(char letter) {
    const auto option = std::ranges::find(found_.options, letter, &Option::short_flag);
    return option == found_.options.end() ? nullptr : &*option;
  }

  // Returns whether every letter of a word such as `-nq` is a short flag. A letter that takes a
  // value ends the flags: the rest of the word, as in `-ojson`, is the value.
  bool is_short_flags(std::string_view word) {
    if (word.size() < 2 || word[0] != '-' || word[1] == '-') {
      return false;
    }
    for (const char letter : word.substr(1)) {
      const Option* const option = letter == '\0' ? nullptr : short_option(letter);
      if (option == nullptr || option->value == Option::Value::required) {
        return option != nullptr;
      }
    }
    return true;
  }

  void take_short_flags(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      Option& option = *short_option(word[i]);
      option.is_named = true;
      const std::string flag = "--" + option.name;
      if (option.value != Option::Value::required) {
        found_.words.push_back(flag);
      } else if (i + 1 == word.size()) {
        take_separate_value(option, flag);
      } else {
        found_.words.insert(found_.words.end(),
                            {flag, word.substr(i + (word[i + 1] == '=' ? 2 : 1))});
        return;
      }
    }
  }

  void take(const Option& option) {
    const std::string& word = given_[at_];
    const std::size_t equals = word.find('=');
    const bool needs_value = option.value == Option::Value::required;
    if (equals + 1 == word.size()) { // `--name=`
      const std::string flag = word.substr(0, equals);
      if (needs_value) {
        found_.words.insert(found_.words.end(), {flag, ""});
      } else {
        note(found_.missing_value, flag);
      }
    } else if (equals == std::string::npos && needs_value) {
      take_separate_value(option, word);
    } else {
      // A path after an option with an optional value can only be the value: `--spool /path`.
      const bool has_path = equals == std::string::npos &&
                            option.value == Option::Value::optional && at_ + 1 < given_.size() &&
                            is_path(given_[at_ + 1]);
      if (option.value == Option::Value::optional && equals == std::string::npos && !has_path &&
          at_ + 1 < given_.size() && found_.separate.empty()) {
        found_.separate = given_[at_ + 1];
        const bool is_directory =
            option.value_kind == ValueKind::directory && !parse_bool(found_.separate);
        found_.joined = word + (is_directory ? "=./" : "=") + found_.separate;
      }
      found_.words.push_back(has_path ? word + '=' + given_[++at_] : word);
    }
  }

  // Takes the next word as the value of an option, whose flag is the current word or ends it.
  void take_separate_value(const Option& option, const std::string& word) {
    const bool is_last = at_ + 1 == given_.size();
    found_.waiting = is_last ? &option : nullptr;
    if (is_last || given_[at_ + 1] == "--" || long_option(given_[at_ + 1]) != nullptr ||
        is_short_flags(given_[at_ + 1])) {
      if (found_.missing_value.empty() && !is_last) {
        const std::string& next = given_[at_ + 1];
        const std::size_t equals = next.find('='); // what follows it may be a secret
        found_.remedy =
            word + '=' + (equals == next.npos ? next : next.substr(0, equals + 1) + "…");
      }
      note(found_.missing_value, word);
      return;
    }
    found_.words.insert(found_.words.end(), {word, given_[++at_]});
  }

  // Takes a word that is not an option; `Subject` says what it means.
  void name(const std::string& word) {
    Subject& subject = found_.subject;
    if (!subject.word) {
      subject.word = word;
      name_subject(word);
    } else if (subject.is_known() && subject.command->sends_event && subject.event == nullptr &&
               !subject.trouble) {
      subject.is_named_by_operand = true;
      name_sent(word);
    } else {
      ++found_.operands;
      return;
    }
    if (subject.event != nullptr) {
      add_options(found_.options, *subject.event);
    }
  }

  void name_subject(const std::string& word) {
    Subject& subject = found_.subject;
    if (const Command* const command = find_command(commands_, word)) {
      subject.command = command;
      add_options(found_.options, *command);
    } else if (const auto name = event_name(word)) {
      find_event(*name);
      if (subject.event != nullptr || subject.trouble) {
        subject.command = sender_of_events(commands_);
      }
    }
  }

  void name_sent(const std::string& word) {
    Subject& subject = found_.subject;
    const auto name = event_name(word);
    if (!name) {
      subject.trouble = Failure{ExitCode::usage,
                                std::string{subject.command->name} + ": " +
                                    Mismatch{"the name of an event such as disk-full", word}.text};
      return;
    }
    find_event(*name);
    if (subject.event == nullptr && !subject.trouble) {
      const auto rest = given_.subspan(at_);
      subject.event = &types_.undeclared(*name, std::ranges::find(rest, "--") != rest.end());
    }
  }

  // Looks up the event of a name. Throws nothing: a Failure becomes the trouble of the subject.
  void find_event(const std::string& name) {
    try {
      found_.subject.event = types_.find(name);
    } catch (const Failure& failure) {
      found_.subject.trouble = failure;
    }
  }

  std::span<const std::string> given_;
  const EventTypes& types_;
  std::span<const Command> commands_;
  std::size_t at_ = 0; // index of the current word
  Arguments found_;
};

} // namespace

Arguments look_at(std::span<const std::string> given, const EventTypes& types,
                  std::span<const Command> commands) {
  return FirstLook{given, types, commands}.run();
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
