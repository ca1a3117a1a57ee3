#include "cli.hpp"

#include "text.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

namespace metrics_event {
namespace {

// What the first word that is not an option names.
struct Subject {
  std::optional<std::string> word{}; // as given
  const EventType* event = nullptr;
  const CommandType* command = nullptr;

  bool known() const { return event != nullptr || command != nullptr; }
};

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

// Every option that is possible with a subject, by its flag without dashes; true: it takes a value.
std::map<std::string, bool, std::less<>> possible_options(const Subject& subject) {
  std::map<std::string, bool, std::less<>> options;
  options.emplace(help_option.name, false);
  options.emplace(version_option.name, false);
  for (const Setting& setting : all_settings()) {
    if (setting.has_flag()) {
      options.emplace(setting.name, setting.kind != Setting::Kind::toggle);
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

// The arguments made ready for CLI11, which takes `--name=` for a missing value, knows only the
// exact name of a subcommand, and goes on reading options behind `--`.
struct Arguments {
  Subject subject;
  std::vector<std::string> words;         // with `--name=` in the form of two words
  std::vector<std::string> behind_dashes; // `--` and what follows it
  std::string lacking;                    // an option that lacks its value
  std::string remedy;                     // for that
  std::string stranger;                   // a word that nothing can be made of
};

// Whether all letters of `-nq` are short flags.
bool is_short_flags(std::string_view word) {
  const auto is_flag = [](char letter) {
    return letter == help_option.short_flag || letter == version_option.short_flag ||
           std::ranges::find(all_settings(), letter, &Setting::short_flag) != all_settings().end();
  };
  return word.size() > 1 && word[0] == '-' && word[1] != '-' &&
         std::ranges::all_of(word.substr(1), is_flag);
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

std::string suggestion(std::string_view given, std::span<const std::string_view> known,
                       std::string_view prefix) {
  const auto near = nearest(given, known);
  return near ? ", did you mean \"" + std::string{prefix} + std::string{*near} + "\"?" : "";
}

std::string see_help(const Subject& subject) {
  return "see metrics-event" + (subject.known() ? ' ' + *subject.word : "") + " --help";
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
  return {ExitCode::usage, "unknown event or command " + quote(word) +
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
  std::vector<std::string_view> known;
  for (const auto& [option, takes_value] : options) {
    known.push_back(option);
  }
  const bool looks_like_option = word.starts_with('-') || word.find('=') != std::string::npos;
  const std::string hint = looks_like_option ? suggestion(name, known, "--") : "";
  const std::string what = word.starts_with('-') ? "unknown option " + quote(flag)
                                                 : "unexpected argument " + quote(word);
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
          &setting, setting.kind == Setting::Kind::toggle
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
