#include "cli.hpp"

#include "arguments.hpp"
#include "text.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

namespace metrics_event {
namespace {

std::string suggestion(std::string_view given, std::span<const std::string_view> known,
                       std::string_view prefix) {
  const auto near = nearest(given, known);
  return near ? ", did you mean \"" + std::string{prefix} + std::string{*near} + "\"?" : "";
}

std::string see_help(const Subject& subject) {
  return "see metrics-event" + (subject.known() ? ' ' + *subject.word : "") + " --help";
}

// A word as messages show it; a URL in the wrong place may hold a password.
std::string shown(const std::string& word) {
  return quote(word.find("://") == word.npos ? word : redacted_url(word));
}

Failure unknown_subject(const std::string& word, std::span<const EventType> events) {
  std::vector<std::string> names;
  for (const EventType& type : events) {
    names.push_back(kebab_case(type.name));
  }
  std::vector<std::string_view> known{names.begin(), names.end()};
  for (const CommandType& type : all_commands()) {
    known.push_back(type.name);
  }
  const std::string hint = suggestion(word, known, "");
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
  const std::string hint = looks_like_option ? suggestion(name, known, "--") : "";
  const std::string what = word.starts_with('-') ? "unknown option " + quote(flag)
                                                 : "unexpected argument " + shown(word);
  return {ExitCode::usage, what + (hint.empty() ? ", " + see_help(subject) : hint)};
}

// Options in the order of their rows, so that reading them back is reading the table.
class Parser {
public:
  explicit Parser(const Subject& subject) : subject_{subject} {
    app_.set_help_flag();
    app_.allow_extras(); // an unknown subject, which is trouble of its own
    help_ = app_.add_flag("-h,--help");
    version_ = app_.add_flag("-V,--version");
    for (const Setting& setting : all_settings()) {
      if (!setting.has_flag()) {
        continue;
      }
      const std::string name = "--" + std::string{setting.name};
      settings_.emplace_back(
          &setting, setting.kind == Setting::Kind::toggle || setting.kind == Setting::Kind::optional
                        ? app_.add_flag(setting.short_flag == '\0'
                                            ? name
                                            : std::string{'-', setting.short_flag, ','} + name)
                        : add_option(app_, name));
    }
    if (!subject.known()) {
      return;
    }
    app_.require_subcommand(0, 1);
    CLI::App& subcommand = *app_.add_subcommand(*subject.word);
    subcommand.set_help_flag();
    subcommand.fallthrough();
    if (subject.event != nullptr) {
      fields_.emplace_back(&timestamp_field, add_option(subcommand, timestamp_field));
      for (const Field& field : subject.event->fields) {
        fields_.emplace_back(&field, add_option(subcommand, field));
      }
    } else {
      for (const CommandOption& option : subject.command->options) {
        const std::string name = "--" + std::string{option.name};
        options_.emplace_back(&option, option.placeholder.empty() ? subcommand.add_flag(name)
                                                                  : add_option(subcommand, name));
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
    if (help_->count() > 0) {
      return ShowHelp{subject_.event != nullptr     ? subject_.event->name
                      : subject_.command != nullptr ? subject_.command->name
                                                    : std::string_view{}};
    }
    if (subject_.event != nullptr && version_->count() == 0) {
      return SendEvent{subject_.event, values<GivenField>(fields_)};
    }
    if (subject_.command != nullptr && version_->count() == 0) {
      return RunCommand{subject_.command, values<GivenOption>(options_)};
    }
    return ShowVersion{};
  }

  bool asks_for_words_only() const { return help_->count() + version_->count() > 0; }

private:
  static CLI::Option* add_option(CLI::App& app, const std::string& name) {
    return app.add_option(name)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  static CLI::Option* add_option(CLI::App& app, const Field& field) {
    return add_option(app, "--" + kebab_case(field.name));
  }

  template <class Given, class Pairs>
  static std::vector<Given> values(const Pairs& pairs) {
    std::vector<Given> given;
    for (const auto& [row, option] : pairs) {
      for (const std::string& text : option->results()) {
        given.push_back({row, text});
      }
    }
    return given;
  }

  const Subject& subject_;
  CLI::App app_;
  CLI::Option* help_ = nullptr;
  CLI::Option* version_ = nullptr;
  std::vector<std::pair<const Setting*, CLI::Option*>> settings_;
  std::vector<std::pair<const Field*, CLI::Option*>> fields_;
  std::vector<std::pair<const CommandOption*, CLI::Option*>> options_;
};

std::optional<Failure> trouble_with(const Arguments& arguments, const Layer& settings,
                                    std::span<const EventType> events) {
  const Subject& subject = arguments.subject;
  if (!arguments.stranger.empty()) {
    return unexpected_word(arguments.stranger, subject);
  }
  if (subject.word && !subject.known()) {
    return unknown_subject(*subject.word, events);
  }
  if (!arguments.lacking.empty()) {
    const std::string& remedy = arguments.remedy;
    return Failure{
        ExitCode::usage,
        arguments.lacking + " needs a value, " +
            (remedy.empty() ? see_help(subject) : "write " + quote(remedy) + " if it is meant")};
  }
  if (!arguments.behind_dashes.empty()) {
    return Failure{ExitCode::usage, "unexpected argument \"--\": a command cannot be wrapped yet"};
  }
  if (!subject.known()) {
    return Failure{ExitCode::usage, "an event or command is missing, see metrics-event --help"};
  }
  for (const GivenSetting& given : settings) {
    if (subject.command != nullptr && !heeds(*subject.command, given.setting->name)) {
      return Failure{ExitCode::usage,
                     given.origin.name + " means nothing to " + *subject.word + ", leave it out"};
    }
  }
  return std::nullopt;
}

} // namespace

CommandLine parse_command_line(std::span<const std::string> arguments,
                               std::span<const EventType> events) {
  const Arguments prepared = prepare(arguments, events);
  Parser parser{prepared.subject};
  CommandLine line;
  try {
    parser.read(prepared.words);
    line.settings = parser.settings();
    if (!parser.asks_for_words_only()) {
      line.trouble = trouble_with(prepared, line.settings, events);
    }
  } catch (const CLI::ParseError& error) {
    line.trouble = Failure{ExitCode::usage, error.what()};
  }
  line.command = parser.command();
  return line;
}

} // namespace metrics_event
