#include "completion.hpp"

#include "command.hpp"
#include "settings.hpp"

#include <algorithm>
#include <vector>

namespace metrics_event {
namespace {

constexpr std::string_view notice = "generated from the tables in src/ by ./dev docs; do not edit";

// An option as completion sees it, whichever table it comes from.
struct Option {
  std::string name;
  char short_flag = '\0';
  std::string placeholder; // empty: it takes no value
  std::string_view help;
  std::span<const std::string_view> choices = {};
  bool repeatable = false;
};

bool takes_file(const Option& option) {
  return option.placeholder == "FILE";
}

// A word that can stand first, and the options that come with it.
struct Subject {
  std::string name;
  std::string_view help;
  std::vector<Option> options;
  bool has_all_settings; // besides its own options; else those that it heeds are among these
};

// The settings, or those that a command heeds, and the options that are answered with words.
std::vector<Option> general_options(const CommandType* command = nullptr) {
  std::vector<Option> options;
  for (const Setting& setting : all_settings()) {
    if (!setting.has_flag() || (command != nullptr && !heeds(*command, setting.name))) {
      continue;
    }
    const bool wants_value = setting.kind != Setting::Kind::optional;
    options.push_back({std::string{setting.name}, setting.short_flag,
                       std::string{wants_value ? setting.placeholder : ""}, setting.help,
                       setting.choices, setting.kind == Setting::Kind::list});
  }
  for (const WordsOption& option : {help_option, version_option}) {
    options.push_back({std::string{option.name}, option.short_flag, "", option.help});
  }
  return options;
}

Option option_of(const Field& field) {
  return {kebab_case(field.name), '\0', placeholder(field), field.help, field.choices};
}

std::vector<Subject> subjects(std::span<const EventType> events) {
  std::vector<Subject> all;
  for (const EventType& type : events) {
    Subject subject{kebab_case(type.name), type.help, {}, true};
    for (const Field& field : type.fields) {
      subject.options.push_back(option_of(field));
    }
    subject.options.push_back(option_of(timestamp_field));
    all.push_back(std::move(subject));
  }
  for (const CommandType& type : all_commands()) {
    Subject subject{std::string{type.name}, type.help, general_options(&type), false};
    for (const CommandOption& option : type.options) {
      subject.options.push_back(
          {std::string{option.name}, '\0', std::string{option.placeholder}, option.help});
    }
    all.push_back(std::move(subject));
  }
  return all;
}

std::string joined(std::span<const std::string_view> words, std::string_view between) {
  std::string text;
  for (const std::string_view word : words) {
    text.append(text.empty() ? "" : between).append(word);
  }
  return text;
}

std::string flags(std::span<const Option> options) {
  std::string text;
  for (const Option& option : options) {
    text.append(text.empty() ? "" : " ").append("--").append(option.name);
  }
  return text;
}

std::string names(std::span<const Subject> all, std::string_view between) {
  std::string text;
  for (const Subject& subject : all) {
    text.append(text.empty() ? "" : between).append(subject.name);
  }
  return text;
}

// The options that take a value nobody can guess, as a bash pattern.
std::string free_text_pattern(std::span<const Option> global, std::span<const Subject> all) {
  std::vector<std::string> found;
  const auto add = [&found](const Option& option) {
    const std::string flag = "--" + option.name;
    const bool fits = !option.placeholder.empty() && option.choices.empty() && !takes_file(option);
    if (fits && std::ranges::find(found, flag) == found.end()) {
      found.push_back(flag);
    }
  };
  std::ranges::for_each(global, add);
  for (const Subject& subject : all) {
    std::ranges::for_each(subject.options, add);
  }
  return joined(std::vector<std::string_view>{found.begin(), found.end()}, " | ");
}

std::string bash(std::span<const EventType> events) {
  const std::vector<Option> global = general_options();
  const std::vector<Subject> all = subjects(events);
  std::string script = "# bash completion for metrics-event; ";
  script.append(notice).append(R"(
# shellcheck shell=bash

_metrics_event() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} subject='' choices i
  # Readline takes `=` for a word of its own: --output=json arrives as three words.
  if [[ $word == '=' ]]; then
    word=''
  elif [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      )");
  script += names(all, " | ") + R"()
        subject=${COMP_WORDS[i]}
        break
        ;;
    esac
  done
  case $previous in
)";
  for (const Option& option : global) {
    if (takes_file(option)) {
      script +=
          "    --" + option.name +
          ")\n      compopt -o filenames\n      mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
          "      return\n      ;;\n";
    }
    if (!option.choices.empty()) {
      script += "    --" + option.name + ") choices='" + joined(option.choices, " ") + "' ;;\n";
    }
  }
  script += "    " + free_text_pattern(global, all) + R"() return ;;
    *)
      choices=')" +
            flags(global) + R"('
      case $subject in
)";
  for (const Subject& subject : all) {
    script += "        " + subject.name + ") choices='" + flags(subject.options) +
              (subject.has_all_settings ? " '$choices ;;\n" : "' ;;\n");
  }
  script += "        *) [[ $word == -* ]] || choices='" + names(all, " ") + R"(' ;;
      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -F _metrics_event metrics-event
)";
  return script;
}

// For a text in single quotes, with the characters that _arguments and _describe read escaped.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '\''                                                   ? "'\\''"
           : std::string_view{"[]:"}.find(c) != std::string_view::npos ? std::string{'\\', c}
                                                                       : std::string{c};
  }
  return out;
}

std::string zsh_spec(const Option& option) {
  std::string spec = option.repeatable ? "'*" : "'";
  if (option.short_flag != '\0') {
    spec = std::string{"{-"} + option.short_flag + ",--" + option.name + "}'";
  } else {
    spec += "--" + option.name + (option.placeholder.empty() ? "" : "=");
  }
  spec += '[' + zsh_text(option.help) + ']';
  if (!option.placeholder.empty()) {
    spec += ':' + zsh_text(option.placeholder) + ':';
    spec += takes_file(option)       ? "_files"
            : option.choices.empty() ? " "
                                     : '(' + joined(option.choices, " ") + ')';
  }
  return spec + '\'';
}

std::string zsh_specs(std::span<const Option> options, std::string_view indent) {
  std::string text;
  for (const Option& option : options) {
    text.append(indent).append(zsh_spec(option)).append("\n");
  }
  return text;
}

std::string zsh(std::span<const EventType> events) {
  const std::vector<Subject> all = subjects(events);
  std::string script = "#compdef metrics-event\n# ";
  script.append(notice).append(R"(

_metrics-event() {
  local word subject
  local -a subjects options
  options=(
)");
  script += zsh_specs(general_options(), "    ");
  script += "  )\n  subjects=(\n";
  for (const Subject& subject : all) {
    script += "    '" + subject.name + ':' + zsh_text(subject.help) + "'\n";
  }
  script += R"(  )
  for word in ${words[2,CURRENT-1]}; do
    case $word in
)";
  for (const Subject& subject : all) {
    script += "      " + subject.name + ")\n        subject=$word\n        " +
              (subject.has_all_settings ? "options+=(\n" : "options=(\n") +
              zsh_specs(subject.options, "          ") + "        )\n        break\n        ;;\n";
  }
  script += R"(    esac
  done
  if [[ -n $subject ]]; then
    _arguments $options '*: :'
  else
    _arguments $options '*:event or command:_metrics-event_subjects'
  fi
}

# Sees the subjects of its caller.
_metrics-event_subjects() { _describe 'event or command' subjects }

_metrics-event "$@"
)";
  return script;
}

std::string fish_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out.append(c == '\'' || c == '\\' ? "\\" : "").append(1, c);
  }
  return out + '\'';
}

std::string fish_line(std::string_view condition, const Option& option) {
  std::string line = "complete -c metrics-event";
  if (!condition.empty()) {
    line += " -n " + fish_text(condition);
  }
  if (option.short_flag != '\0') {
    line += std::string{" -s "} + option.short_flag;
  }
  line += " -l " + option.name;
  line += option.placeholder.empty() ? "" : takes_file(option) ? " -r -F" : " -x";
  if (!option.choices.empty()) {
    line += " -a " + fish_text(joined(option.choices, " "));
  }
  return line + (option.choices.empty() ? " -d " + fish_text(option.help) : "") + '\n';
}

// The condition that no subject stands there for which a general option means nothing.
std::string not_with(const Option& option, std::span<const Subject> all) {
  std::string words;
  for (const Subject& subject : all) {
    const auto same = [&option](const Option& own) { return own.name == option.name; };
    const bool has_it = subject.has_all_settings || std::ranges::any_of(subject.options, same);
    words += has_it ? "" : ' ' + subject.name;
  }
  return words.empty() ? "" : "not __fish_seen_subcommand_from" + words;
}

std::string fish(std::span<const EventType> events) {
  const std::vector<Subject> all = subjects(events);
  const std::vector<Option> general = general_options();
  const std::string none_yet = "not __fish_seen_subcommand_from " + names(all, " ");
  std::string script = "# fish completion for metrics-event; ";
  script.append(notice).append("\n\ncomplete -c metrics-event -f\n");
  for (const Option& option : general) {
    script += fish_line(not_with(option, all), option);
  }
  for (const Subject& subject : all) {
    script += "complete -c metrics-event -n " + fish_text(none_yet) + " -a " + subject.name +
              " -d " + fish_text(subject.help) + '\n';
    for (const Option& option : subject.options) {
      const auto same = [&option](const Option& other) { return other.name == option.name; };
      if (std::ranges::none_of(general, same)) {
        script += fish_line("__fish_seen_subcommand_from " + subject.name, option);
      }
    }
  }
  return script;
}

constexpr std::array table{
    Completion{"bash", "metrics-event.bash", bash},
    Completion{"zsh", "_metrics-event", zsh},
    Completion{"fish", "metrics-event.fish", fish},
};

} // namespace

std::span<const Completion> completions() {
  return table;
}

} // namespace metrics_event
