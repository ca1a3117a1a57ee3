#include "cli/completion.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/completion_scripts.hpp"
#include "cli/help.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

struct Script {
  std::string_view shell;
  std::string_view text;
};

constexpr std::array scripts{
    Script{"bash", bash_completion},
    Script{"zsh", zsh_completion},
    Script{"fish", fish_completion},
};

std::string placeholder(const Option& option) {
  const auto* const field = std::get_if<FieldOption>(&option.row);
  return field == nullptr                         ? std::string{option.placeholder}
         : field->form == GivenField::Form::since ? "TIME"
                                                  : placeholder(*field->field);
}

// Returns the help on a field, with the variable that fills it.
std::string description_of(const Field& field) {
  return std::string{field.help} + (field.help.empty() || field.variable.empty() ? "" : "; ") +
         variable_note(field);
}

std::string description_of(const Option& option) {
  const auto* const field = std::get_if<FieldOption>(&option.row);
  return field == nullptr || field->form == GivenField::Form::since ? std::string{option.help}
                                                                    : description_of(*field->field);
}

class Offers {
public:
  Offers(const Arguments& before, std::string_view word, const EventTypes& types,
         std::span<const Command> commands)
      : before_{before}, word_{word}, types_{types}, commands_{commands} {}

  std::string text() {
    const std::size_t equals = word_.find('=');
    if (before_.waiting != nullptr) {
      offer_values(*before_.waiting, 0);
    } else if (word_.starts_with("--") && equals != word_.npos) {
      const auto option =
          std::ranges::find(before_.options, word_.substr(2, equals - 2), &Option::name);
      if (option != before_.options.end()) {
        offer_values(*option, equals + 1);
      }
    } else if (word_.starts_with('-')) {
      offer_flags();
    } else {
      offer_arguments();
    }
    return std::move(text_);
  }

private:
  void offer(std::string_view word, std::string_view description = "",
             std::string_view value = "") {
    constexpr std::size_t longest_description = 200;
    text_.append(word).append("\t").append(printable(description, longest_description));
    text_.append("\t").append(value).append("\n");
  }

  // Has the script complete names of files or directories after the first `size` characters.
  void offer_names(std::string_view kind, std::size_t size) {
    text_.append("\t").append(kind).append("\t").append(word_.substr(0, size)).append("\n");
  }

  // Offers values that follow the first `size` characters of the word.
  void offer_values(const Option& option, std::size_t size) {
    const std::string before{word_.substr(0, size)};
    for (const std::string_view choice : option.choices) {
      offer(before + std::string{choice});
    }
    if (option.value_kind == ValueKind::time && word_.substr(size).starts_with('@')) {
      offer_names("files", size + 1);
    } else {
      offer_kind(option.value_kind, before);
    }
  }

  void offer_kind(ValueKind kind, const std::string& before) {
    switch (kind) {
    case ValueKind::file: offer_names("files", before.size()); break;
    case ValueKind::directory: offer_names("directories", before.size()); break;
    case ValueKind::event: offer_events(before); break;
    case ValueKind::topic:
      offer_events(before);
      offer_commands();
      for (const HelpTopic& topic : help_topics()) {
        offer(topic.name, topic.summary);
      }
      break;
    case ValueKind::shell:
      for (const Script& script : scripts) {
        offer(before + std::string{script.shell});
      }
      break;
    case ValueKind::none:
    case ValueKind::text:
    case ValueKind::number:
    case ValueKind::time: break;
    }
  }

  void offer_events(const std::string& before) {
    for (const EventTypes::Listed& listed : types_.all()) {
      if (listed.type != nullptr) {
        offer(before + kebab_case(listed.type->name), listed.type->help);
      }
    }
  }

  void offer_commands() {
    for (const Command& command : commands_) {
      offer(command.name, command.summary);
    }
  }

  // Offers the options that begin with the word and are not given yet, the most particular first.
  // fish would also offer options that merely contain the letters of the word.
  void offer_flags() {
    const Subject& subject = before_.subject;
    const Command* const command = subject.event == nullptr ? subject.command : nullptr;
    std::vector<const Option*> options;
    for (const Option& option : before_.options) {
      if (("--" + option.name).starts_with(word_) && option.is_of(command) && !is_given(option)) {
        options.push_back(&option);
      }
    }
    std::ranges::stable_sort(options, {}, [](const Option* option) {
      const Field* const field = option->field();
      return field == nullptr            ? (option->owner != nullptr ? 3 : 4)
             : field->always()           ? 0
             : field != &timestamp_field ? 1
                                         : 2;
    });
    for (const Option* const option : options) {
      offer("--" + option->name, description_of(*option),
            option->value == Option::Value::required ? placeholder(*option) : "");
    }
  }

  // Returns whether giving the option once more would be in vain. A field is given by either of its
  // two flags.
  bool is_given(const Option& option) const {
    if ((option.setting() != nullptr && option.setting()->kind == Setting::Kind::list) ||
        (option.field() != nullptr && option.field()->item != nullptr)) {
      return false;
    }
    return std::ranges::any_of(before_.options, [&option](const Option& other) {
      return other.is_named &&
             (&other == &option || (option.field() != nullptr && other.field() == option.field()));
    });
  }

  // Offers the fields that no flag gives, those that must be given or the others: their keys, or
  // values after such a key.
  void offer_keys(const EventType& type, bool must_be_given) {
    for (const Field& field : type.fields) {
      const std::string key = key_spelling(field);
      if (field.has_flag || field.always() != must_be_given) {
        continue;
      }
      if (word_.starts_with(key)) {
        for (const std::string_view value : values_to_offer(field)) {
          offer(key + std::string{value});
        }
      } else if (key.starts_with(word_)) {
        offer(key, description_of(field));
      }
    }
  }

  void offer_arguments() {
    const Subject& subject = before_.subject;
    if (!subject.word) {
      offer_events("");
      offer_commands();
    } else if (subject.event != nullptr) {
      if (const std::size_t at = word_.find("=@"); at != word_.npos) {
        offer_names("files", at + 2);
      } else {
        offer_keys(*subject.event, true);
        if (word_.empty()) {
          offer_flags();
        }
        offer_keys(*subject.event, false);
      }
    } else if (subject.is_known() &&
               (before_.operands == 0 || subject.command->operand.can_repeat())) {
      offer_kind(subject.command->operand.kind, "");
    }
  }

  const Arguments& before_;
  std::string_view word_;
  const EventTypes& types_;
  std::span<const Command> commands_;
  std::string text_;
};

} // namespace

std::string_view completion_script(std::string_view shell) {
  const auto* const script = std::ranges::find(scripts, shell, &Script::shell);
  if (script == scripts.end()) {
    throw Failure{ExitCode::usage, "completion: " + Mismatch{"bash, zsh or fish", shell}.text};
  }
  return script->text;
}

std::string completion_offers(std::span<const std::string> words, const EventTypes& types,
                              std::span<const Command> commands) {
  const Arguments before = look_at(words.first(words.size() - 1), types, commands);
  if (before.subject.trouble) {
    throw Failure{*before.subject.trouble};
  }
  return Offers{before, words.back(), types, commands}.text();
}

} // namespace metrics_event
