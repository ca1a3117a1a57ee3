#include "cli/command_line.hpp"

#include "base/text.hpp"
#include "cli/arguments.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

namespace metrics_event {
namespace {

std::string see_help(const Subject& subject) {
  return "see metrics-event" + (subject.known() ? ' ' + *subject.word : "") + " --help";
}

// A word as messages show it; a URL in the wrong place may hold a password.
std::string shown(const std::string& word) {
  return quote(word.find("://") == word.npos ? word : redacted_url(word));
}

Failure unknown_subject(const std::string& word, const EventTypes& types) {
  const std::vector<std::string> names = types.words();
  std::vector<std::string_view> known{names.begin(), names.end()};
  for (const CommandType& type : all_commands()) {
    known.push_back(type.name);
  }
  const std::string hint = did_you_mean(word, known);
  return {ExitCode::usage, "unknown event or command " + shown(word) +
                               (hint.empty() ? ", see metrics-event --help" : hint)};
}

Failure unexpected_word(const std::string& word, const Subject& subject) {
  const std::string flag = word.substr(0, word.find('='));
  const std::string name = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
  const auto setting = std::ranges::find(all_settings(), name, &Setting::name);
  if (setting != all_settings().end() && !setting->has_flag()) {
    return {ExitCode::usage, quote(flag) + " is no option, everybody could see the secret; use " +
                                 variable_name(*setting) + " or --" + name + "-file"};
  }
  const auto options = possible_options(subject);
  if (word.starts_with("--") && options.contains(name)) {
    return {ExitCode::usage, quote(flag) + " belongs behind " + quote(*subject.word)};
  }
  std::vector<std::string_view> known;
  for (const auto& [option, takes_value] : options) {
    known.push_back(option);
  }
  const bool looks_like_option = word.starts_with('-') || word.find('=') != std::string::npos;
  const std::string hint = looks_like_option ? did_you_mean(name, known, "--") : "";
  const std::string what = word.starts_with('-') ? "unknown option " + quote(flag)
                                                 : "unexpected argument " + shown(word);
  return {ExitCode::usage, what + (hint.empty() ? ", " + see_help(subject) : hint)};
}

// Options in the order of their rows, so that reading them back is reading the table. CLI11 is told
// of those that the arguments hold: an option costs it thousands of instructions.
class Parser {
public:
  explicit Parser(const Arguments& arguments) : subject_{arguments.subject}, arguments_{arguments} {
    app_.set_help_flag();
    app_.allow_extras(); // an unknown subject, which is trouble of its own
    help_ = add_flag(app_, help_option.name, help_option.short_flag);
    version_ = add_flag(app_, version_option.name, version_option.short_flag);
    for (const Setting& setting : all_settings()) {
      if (setting.has_flag()) {
        const bool is_flag =
            setting.kind == Setting::Kind::toggle || setting.kind == Setting::Kind::optional;
        add(settings_, &setting,
            is_flag ? add_flag(app_, setting.name, setting.short_flag)
                    : add_option(app_, setting.name, setting.short_flag));
      }
    }
    if (!subject_.known()) {
      return;
    }
    app_.require_subcommand(0, 1);
    CLI::App& subcommand = *app_.add_subcommand(*subject_.word);
    subcommand.set_help_flag();
    subcommand.fallthrough();
    if (subject_.event != nullptr) {
      add_field(subcommand, timestamp_field);
      for (const Field& field : subject_.event->fields) {
        add_field(subcommand, field);
      }
    } else {
      for (const CommandOption& option : subject_.command->options) {
        add(options_, &option,
            option.placeholder.empty() ? add_flag(subcommand, option.name, option.short_flag)
                                       : add_option(subcommand, option.name, option.short_flag));
      }
    }
  }

  void read(std::vector<std::string> words) {
    std::ranges::reverse(words); // CLI11 consumes from the back
    app_.parse(std::move(words));
  }

  Layer settings() const {
    Layer layer;
    for (const auto& [setting, option] : settings_) {
      for (const std::string& text : option->results()) {
        layer.push_back(given_by_flag(*setting, text));
      }
    }
    return layer;
  }

  decltype(CommandLine::command) command() const {
    if (is_given(help_)) {
      return ShowHelp{subject_.command != nullptr ? subject_.command->name
                      : subject_.event != nullptr ? subject_.event->name
                                                  : std::string_view{}};
    }
    const bool is_event = subject_.event != nullptr || subject_.trouble;
    if (is_event && !is_given(version_)) {
      return SendEvent{subject_.event, fields(), arguments_.extras, subject_.is_send(),
                       arguments_.wrapped()};
    }
    if (subject_.command != nullptr && !is_given(version_)) {
      return RunCommand{subject_.command, options(), arguments_.operand};
    }
    return ShowVersion{};
  }

  bool asks_for_words_only() const { return is_given(help_) || is_given(version_); }

private:
  // Null for one that the arguments do not hold.
  CLI::Option* add_flag(CLI::App& app, std::string_view name, char short_flag) const {
    return holds(name, short_flag) ? app.add_flag(flag_names(name, short_flag)) : nullptr;
  }
  CLI::Option* add_option(CLI::App& app, std::string_view name, char short_flag = '\0') const {
    return holds(name, short_flag) ? app.add_option(flag_names(name, short_flag))
                                         ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
                                   : nullptr;
  }
  bool holds(std::string_view name, char short_flag) const {
    return std::ranges::find(arguments_.options, name) != arguments_.options.end() ||
           (short_flag != '\0' && arguments_.short_flags.find(short_flag) != std::string::npos);
  }
  static std::string flag_names(std::string_view name, char short_flag) {
    const std::string flag = "--" + std::string{name};
    return short_flag == '\0' ? flag : std::string{'-', short_flag, ','} + flag;
  }
  template <class Row>
  static void add(std::vector<std::pair<Row, CLI::Option*>>& options, Row row,
                  CLI::Option* option) {
    if (option != nullptr) {
      options.emplace_back(std::move(row), option);
    }
  }
  void add_field(CLI::App& app, const Field& field) {
    add(fields_, GivenField{&field, "", GivenField::Form::text},
        add_option(app, kebab_case(field.name)));
    if (has_since(field)) {
      add(fields_, GivenField{&field, "", GivenField::Form::since},
          add_option(app, since_flag(field)));
    }
  }
  static bool is_given(const CLI::Option* option) {
    return option != nullptr && option->count() > 0;
  }

  std::vector<FieldFlag> fields() const {
    std::vector<FieldFlag> given;
    for (const auto& [field, option] : fields_) {
      for (const std::string& text : option->results()) {
        given.push_back({field.field, text, field.form});
      }
    }
    return given;
  }
  std::vector<GivenOption> options() const {
    std::vector<GivenOption> given;
    for (const auto& [row, option] : options_) {
      for (const std::string& text : option->results()) {
        given.push_back({row, text});
      }
    }
    return given;
  }

  const Subject& subject_;
  const Arguments& arguments_;
  CLI::App app_;
  CLI::Option* help_ = nullptr;
  CLI::Option* version_ = nullptr;
  std::vector<std::pair<const Setting*, CLI::Option*>> settings_;
  std::vector<std::pair<GivenField, CLI::Option*>> fields_; // their texts are empty
  std::vector<std::pair<const CommandOption*, CLI::Option*>> options_;
};

std::optional<Failure> usage(std::string text) {
  return Failure{ExitCode::usage, std::move(text)};
}

// What is wrong with the words of an event, whatever their values are.
std::optional<Failure> trouble_with_event(const Arguments& arguments, const Layer& settings,
                                          const SendEvent& command) {
  if (!arguments.bad_extra.empty()) {
    return usage(arguments.bad_extra);
  }
  const auto shape = shape_of(command.extras);
  if (!shape) {
    return usage(shape.error().text);
  }
  JsonReader extras;
  extras.read_object(*shape);
  const bool gives_timestamp = std::ranges::find(extras.members(), timestamp_field.name,
                                                 &Member::name) != extras.members().end();
  if (gives_timestamp && command.is_by_key) {
    return usage("\"timestamp\" is a field, give it as --timestamp");
  }
  if (!arguments.behind_dashes.empty() && command.wrapped.empty()) {
    return usage("the command behind \"--\" is missing");
  }
  if (const auto on = std::ranges::find(
          settings, "on", [](const GivenSetting& given) { return given.setting->name; });
      on != settings.end() && command.wrapped.empty()) {
    return usage("--on means nothing without -- COMMAND, leave it out");
  }
  const auto given = given_event(command, extras.members());
  const auto mistake = given ? check_names(*command.type, *given, !command.wrapped.empty())
                             : std::optional{given.error()};
  return mistake ? usage(mistake->text) : std::nullopt;
}

std::optional<Failure> trouble_with_command(const Arguments& arguments, const Layer& settings,
                                            const RunCommand& asked) {
  const Subject& subject = arguments.subject;
  const CommandType& command = *asked.type;
  if (!arguments.behind_dashes.empty()) {
    return usage("unexpected argument \"--\", " + see_help(subject));
  }
  const auto replacing = std::ranges::find_if(
      asked.options, [](const GivenOption& given) { return given.option->replaces_operand; });
  if (replacing != asked.options.end() && asked.operand) {
    return usage("--" + std::string{replacing->option->name} + " takes the place of " +
                 shown(*asked.operand) + ", leave one out");
  }
  if (command.needs_operand() && !asked.operand && replacing == asked.options.end()) {
    return usage(*subject.word + " needs " + std::string{command.operand} + ", " +
                 see_help(subject));
  }
  for (const GivenSetting& given : settings) {
    if (!heeds(command, given.setting->name)) {
      return usage(given.origin.name + " means nothing to " + *subject.word + ", leave it out");
    }
  }
  return std::nullopt;
}

std::optional<Failure> trouble_with(const Arguments& arguments, const Layer& settings,
                                    const decltype(CommandLine::command)& asked,
                                    const EventTypes& types) {
  const Subject& subject = arguments.subject;
  if (subject.trouble) {
    return subject.trouble;
  }
  if (!arguments.stranger.empty()) {
    return unexpected_word(arguments.stranger, subject);
  }
  if (subject.word && !subject.known()) {
    return unknown_subject(*subject.word, types);
  }
  if (!arguments.lacking.empty()) {
    const std::string& remedy = arguments.remedy;
    return usage(
        arguments.lacking + " needs a value, " +
        (remedy.empty() ? see_help(subject) : "write " + quote(remedy) + " if it is meant"));
  }
  if (!subject.known()) {
    return usage("an event or command is missing, see metrics-event --help");
  }
  const auto* const event = std::get_if<SendEvent>(&asked);
  return event != nullptr ? trouble_with_event(arguments, settings, *event)
                          : trouble_with_command(arguments, settings, std::get<RunCommand>(asked));
}

} // namespace

boost::system::result<GivenEvent, EventMistake> given_event(const SendEvent& command,
                                                            std::span<const Member> members) {
  auto given = command.is_by_key ? sort_members(EventShape{*command.type}, members)
                                 : GivenEvent{.extras = {members.begin(), members.end()}};
  for (std::size_t i = 0; given && i < command.fields.size(); ++i) {
    given->fields.push_back(command.fields[i].given());
  }
  return given;
}

CommandLine parse_command_line(std::span<const std::string> arguments, const EventTypes& types) {
  const Arguments prepared = prepare(arguments, types);
  Parser parser{prepared};
  CommandLine line{.wrapped = prepared.wrapped()};
  try {
    parser.read(prepared.words);
    line.settings = parser.settings();
    line.command = parser.command();
    const bool is_about_nothing = prepared.subject.word && !prepared.subject.known();
    if (prepared.subject.trouble || is_about_nothing || !parser.asks_for_words_only()) {
      line.trouble = trouble_with(prepared, line.settings, line.command, types);
    }
  } catch (const CLI::ParseError& error) {
    line.trouble = usage(error.what());
  }
  return line;
}

} // namespace metrics_event
