#include "cli/command_line.hpp"

#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/synonyms.hpp"
#include "json/reader.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

Failure usage(const std::string& text) {
  return Failure{ExitCode::usage, text};
}

// Returns the flag that a word begins with, without a value: `--name`, or a dash and the first
// letter that is not a flag, because `-pSECRET` is how other programs take a password.
std::string flag_of(const std::string& word, std::span<const Option> options) {
  const std::string flag = word.substr(0, word.find('='));
  const auto is_unknown = [options](char letter) {
    return std::ranges::find(options, letter, &Option::short_flag) == options.end();
  };
  const auto unknown =
      flag.starts_with("--") ? flag.end() : std::find_if(flag.begin() + 1, flag.end(), is_unknown);
  const std::string_view rest{unknown, flag.end()};
  return rest.empty() ? flag
                      : '-' + std::string{rest.substr(
                                  0, std::max<std::size_t>(first_code_point(rest).length, 1))};
}

class Parser {
public:
  Parser(std::span<const std::string> arguments, const EventTypes& types,
         std::span<const Command> commands, const Environment& environment)
      : types_{types}, commands_{commands}, environment_{environment}, look_{look_at(arguments,
                                                                                     types,
                                                                                     commands)} {}

  CommandLine run() {
    line_.wrapped = look_.wrapped.value_or(std::vector<std::string>{});
    try {
      parse();
      const bool is_about_nothing = subject().word && !subject().is_known();
      if (line_.info == CommandLine::Info::none || is_about_nothing || subject().trouble) {
        line_.trouble = trouble();
      }
      if (line_.info != CommandLine::Info::none && !line_.trouble) {
        line_.command = nullptr;
      }
    } catch (const CLI::ParseError& error) {
      line_.trouble = usage(error.what());
    }
    return std::move(line_);
  }

private:
  const Subject& subject() const { return look_.subject; }

  std::string see_help() const {
    return "see metrics-event" + (subject().is_known() ? ' ' + *subject().word : "") + " --help";
  }

  // Only the options that the arguments name are added to CLI11, because each option costs
  // thousands of instructions. Values are taken with TakeAll, because CLI11 would otherwise split
  // one such as [a,b].
  void parse() {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras(); // the subject, operands and extra fields
    std::vector<std::pair<const Option*, const CLI::Option*>> named;
    for (const Option& option : look_.options) {
      if (option.is_named) {
        const std::string short_flag =
            option.short_flag == '\0' ? "" : std::string{'-', option.short_flag, ','};
        const std::string names = short_flag + "--" + option.name;
        named.emplace_back(&option, option.value == Option::Value::required
                                        ? app.add_option(names)->multi_option_policy(
                                              CLI::MultiOptionPolicy::TakeAll)
                                        : app.add_flag(names));
      }
    }
    std::ranges::reverse(look_.words); // CLI11 consumes from the back
    app.parse(std::move(look_.words));

    line_.command = subject().is_known() ? subject().command : sender_of_events(commands_);
    line_.options = CommandOptions{subject().command == nullptr ? std::span<const CommandOption>{}
                                                                : subject().command->options};
    line_.event = {.type = subject().event, .is_by_key = subject().is_named_by_operand};
    if (line_.event.type != nullptr) {
      line_.event.variables = field_variables(*line_.event.type, environment_);
    }
    for (const auto& [option, parsed] : named) {
      for (const std::string& text : parsed->results()) {
        std::visit([&](const auto& row) { give(row, text); }, option->row);
      }
    }
    read_operands(app.remaining());
  }

  void give(const InfoOption* option, const std::string&) {
    if (option == &help_option) {
      const bool is_spelled_out =
          std::ranges::find(look_.options, help_option.name, &Option::name)->is_spelled_out;
      line_.info = is_spelled_out ? CommandLine::Info::help : CommandLine::Info::short_help;
    } else if (line_.info == CommandLine::Info::none) {
      line_.info = CommandLine::Info::program_version;
    }
    const bool is_event = subject().event != nullptr && !subject().is_named_by_operand;
    line_.topic = is_event               ? subject().event->name
                  : subject().is_known() ? subject().command->name
                                         : std::string_view{};
  }
  void give(const Setting* setting, const std::string& text) {
    line_.settings.push_back(given_by_flag(*setting, text));
  }
  void give(const CommandOption* option, const std::string& text) {
    line_.options.add({option, text});
  }
  void give(const FieldOption& option, const std::string& text) {
    line_.event.fields.push_back({option.field, text, option.form});
  }

  // Reads the words that are not options: the subject, then for an event its name and its extra
  // fields, or for another command its operand.
  void read_operands(const std::vector<std::string>& words) {
    if (!subject().is_known()) {
      return;
    }
    const bool sends_event = line_.event.type != nullptr;
    for (const std::string& word :
         std::span{words}.subspan(subject().is_named_by_operand ? 2 : 1)) {
      if (sends_event && is_extra_field(word)) {
        if (auto extra = parse_extra_field(word)) {
          line_.event.extras.push_back(*std::move(extra));
        } else if (bad_extra_.empty()) {
          bad_extra_ = extra.error().text;
        }
      } else if (!sends_event && !subject().command->sends_event &&
                 subject().command->operand.kind != ValueKind::none && !line_.operand) {
        line_.operand = word;
      } else if (line_.operand && subject().command->operand.can_repeat()) {
        line_.more_operands.push_back(word);
      } else if (!unexpected_) {
        unexpected_ = word;
      }
    }
  }

  std::optional<Failure> trouble() const {
    // A mistake in the name of the event may come from an unknown option, whose value was taken for
    // that name and may be a secret. An event that cannot be read has no options that are known.
    const bool is_unreadable = subject().trouble && subject().trouble->code() != ExitCode::usage;
    if (!look_.unknown_option.empty() && !is_unreadable) {
      return unknown_option(look_.unknown_option);
    }
    if (subject().trouble) {
      return subject().trouble;
    }
    if (unexpected_) {
      return unexpected_argument(*unexpected_);
    }
    if (subject().word && !subject().is_known()) {
      return unknown_subject(*subject().word);
    }
    if (!look_.missing_value.empty()) {
      return usage(
          look_.missing_value + " needs a value; " +
          (look_.remedy.empty() ? see_help() : "write " + quote(look_.remedy) + " if it is meant"));
    }
    if (!subject().is_known()) {
      return usage("an event or command is missing; see metrics-event --help");
    }
    return line_.event.type == nullptr ? trouble_with_command() : trouble_with_event();
  }

  Failure unknown_subject(const std::string& word) const {
    const std::vector<std::string> names = types_.names();
    std::vector<std::string_view> known{names.begin(), names.end()};
    for (const Command& command : commands_) {
      known.push_back(command.name);
    }
    const std::string join = hint_at_join(word);
    const std::string hint = join.empty() ? did_you_mean(word, known) : join;
    const std::string help = "; see metrics-event --help";
    return usage("unknown event or command " + quote(word) + (hint.empty() ? help : hint));
  }

  // Returns a suggestion of the option that was probably meant; empty when none is similar enough.
  std::string hint_at_option(std::string_view name) const {
    std::vector<std::string_view> known;
    for (const Option& option : look_.options) {
      known.push_back(option.name);
    }
    return did_you_mean(name, known, "--");
  }

  std::string hint_at_join(const std::string& word) const {
    const bool is_value = !look_.joined.empty() && word == look_.separate;
    return is_value ? ", did you mean " + visible(look_.joined, 80) + '?' : "";
  }

  Failure unknown_option(const std::string& word) const {
    const std::string flag = flag_of(word, look_.options);
    const std::string given = word.substr(0, word.find('='));
    const std::string name = given.substr(std::min(given.find_first_not_of('-'), given.size()));
    const auto setting = std::ranges::find(all_settings(), name, &Setting::name);
    if (setting != all_settings().end() && !setting->has_flag()) {
      return usage(quote(flag) + " is not an option, because everybody could see the secret; use " +
                   variable_name(*setting) + " or --" + name + "-file");
    }
    if (subject().word && given == "--" + name &&
        std::ranges::find(look_.options, name, &Option::name) != look_.options.end()) {
      return usage(quote(flag) + " belongs after " + quote(*subject().word));
    }
    for (const Field& field :
         subject().event == nullptr ? std::span<const Field>{} : subject().event->fields) {
      if (!field.has_flag && kebab_case(field.name) == name) {
        return usage(quote(flag) + " is not an option; give the field as " + usage_of(field));
      }
    }
    if (const std::string_view ours = option_for(flag); !ours.empty()) {
      return usage("unknown option " + quote(flag) + "; use " + std::string{ours});
    }
    const std::string hint = hint_at_option(name);
    const bool may_be_field = subject().event != nullptr && subject().event->takes_extras;
    const std::string field = may_be_field && word.starts_with("--") ? hint_at_field(name) : "";
    const std::string help = field.empty() ? "; " + see_help() : field;
    return usage("unknown option " + quote(flag) + (hint.empty() ? help : hint));
  }

  Failure unexpected_argument(const std::string& word) const {
    const std::size_t equals = word.find('=');
    const std::string hint =
        equals == word.npos ? hint_at_join(word) : hint_at_option(word.substr(0, equals));
    return usage("unexpected argument " + quote(word) + (hint.empty() ? "; " + see_help() : hint));
  }

  // Returns the mistake in the words of an event, whatever their values are.
  std::optional<Failure> trouble_with_event() const {
    if (!bad_extra_.empty()) {
      return usage(bad_extra_);
    }
    const auto outline = outline_of(line_.event.extras);
    if (!outline) {
      return usage(outline.error().text);
    }
    JsonReader extras;
    extras.read_object(*outline);
    if (look_.wrapped && line_.wrapped.empty()) {
      return usage("the command after \"--\" is missing");
    }
    for (const GivenSetting& given : line_.settings) {
      if (given.setting->needs_command && line_.wrapped.empty()) {
        return usage(given.origin.name + " has no effect without -- COMMAND; leave it out");
      }
    }
    const bool will_measure = !line_.wrapped.empty();
    const auto given = given_event(line_.event, extras.members(), will_measure);
    const auto mistake =
        given ? check_names(*line_.event.type, *given, will_measure) : std::optional{given.error()};
    return mistake ? std::optional{usage(mistake->text)} : std::nullopt;
  }

  std::optional<Failure> trouble_with_command() const {
    const Command& command = *line_.command;
    const std::string name{command.name};
    if (look_.wrapped) {
      return usage("unexpected argument \"--\"; " + see_help());
    }
    if (command.operand.is_required && !line_.operand) {
      return usage(name + " needs " + std::string{command.operand.name} + "; " + see_help());
    }
    if (!line_.more_operands.empty()) {
      const std::string option{command.operand.repeats_with};
      try {
        if (!line_.options.is_on(option)) {
          return usage(name + " takes one " + std::string{command.operand.name} + "; leave " +
                       quote(line_.more_operands.front()) + " out or give --" + option);
        }
      } catch (const Failure& failure) { // the option has a bad value
        return failure;
      }
    }
    for (const GivenSetting& given : line_.settings) {
      if (!command.accepts_flag(*given.setting)) {
        return usage(given.origin.name + " has no effect on " + name + "; leave it out");
      }
    }
    return std::nullopt;
  }

  const EventTypes& types_;
  std::span<const Command> commands_;
  const Environment& environment_;
  Arguments look_;
  CommandLine line_;
  std::string bad_extra_;                 // the mistake in an extra field; empty means none
  std::optional<std::string> unexpected_; // the first unexpected argument
};

} // namespace

bool CommandLine::runs_wrapped() const {
  return !wrapped.empty() &&
         (trouble ? trouble->code() != ExitCode::usage : info == CommandLine::Info::none);
}

CommandLine parse_command_line(std::span<const std::string> arguments, const EventTypes& types,
                               std::span<const Command> commands, const Environment& environment) {
  return Parser{arguments, types, commands, environment}.run();
}

} // namespace metrics_event
