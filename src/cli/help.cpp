#include "cli/help.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "cli/event_examples.hpp"
#include "cli/layout.hpp"
#include "cli/option.hpp"
#include "settings/table.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

using Group = Setting::Group;
using Commands = std::span<const Command>;

struct GroupRow {
  Group group;
  std::string_view heading;
};

constexpr std::array group_rows{
    GroupRow{Group::destination, "where to send"},
    GroupRow{Group::labels, "labels and times"},
    GroupRow{Group::credentials, "credentials and TLS"},
    GroupRow{Group::proxy, "proxy"},
    GroupRow{Group::delivery, "delivery"},
    GroupRow{Group::output, "output"},
    GroupRow{Group::configuration, "configuration"},
};

constexpr std::array<std::string_view, 4> general_examples{
    "metrics-event runner-installed --flavor small --duration 12.5",
    "metrics-event runner-installed --flavor small -- ./install.sh",
    "metrics-event send cache-cleaned path=/var/cache freed:=97.5",
    "metrics-event check",
};

std::string with_default(std::string_view help, std::string_view default_text) {
  return std::string{help} +
         (default_text.empty() ? "" : " (default " + std::string{default_text} + ')');
}

std::string short_flag_of(char letter) {
  return letter == '\0' ? "" : std::string{'-', letter, ',', ' '};
}

std::string spelling_of(const Setting& setting) {
  return setting.has_flag() ? short_flag_of(setting.short_flag) + setting.flag()
                            : variable_name(setting);
}

// Adds a setting with what fits one line.
void add_line(Columns& columns, const Setting& setting) {
  constexpr std::size_t longest_line = 49;
  const std::string full = with_default(setting.help, shown_default(setting));
  columns.row(spelling_of(setting), full.size() <= longest_line ? full : std::string{setting.help});
}

// Adds a setting with all that is to be said of it.
void add_details(Columns& columns, const Setting& setting) {
  std::string text = with_default(setting.help, shown_default(setting));
  text += setting.kind == Setting::Kind::list ? "; repeatable" : "";
  for (const FallbackVariable& variable : setting.fallback_variables) {
    text.append(&variable == setting.fallback_variables.data() ? "; also from " : ", ");
    text.append(variable.name);
  }
  text.append(setting.details.empty() ? "" : ". ").append(setting.details);
  columns.row(spelling_of(setting), text);
}

void add_info_options(Columns& columns) {
  for (const InfoOption& option : {help_option, version_option}) {
    columns.row(short_flag_of(option.short_flag) + "--" + std::string{option.name},
                std::string{option.help});
  }
}

std::string grouped_options(void (*add)(Columns& columns, const Setting& setting)) {
  std::string text;
  for (const GroupRow& row : group_rows) {
    Columns columns;
    for (const Setting& setting : all_settings()) {
      if (setting.group == row.group) {
        add(columns, setting);
      }
    }
    if (row.group == Group::output) {
      add_info_options(columns);
    }
    text += '\n' + std::string{row.heading} + ":\n" + columns.str();
  }
  return text;
}

std::string option_details() {
  return paragraph(
             "Options are accepted before and after the event or command. Each setting is also "
             "an environment variable and, except for --config and --events, a key of the "
             "configuration file: --connect-timeout is METRICS_EVENT_CONNECT_TIMEOUT and "
             "connect-timeout. A flag takes precedence over a variable, and a variable over "
             "a file.") +
         grouped_options(add_details);
}

std::string exit_statuses() {
  Columns columns;
  for (const ExitCodeRow& row : exit_code_table()) {
    columns.row(row.number() + ' ' + std::string{row.name}, std::string{row.meaning});
  }
  return "exit statuses:\n" + columns.str();
}

constexpr std::string_view help_head =
    "Send a typed metric event to Loki from a shell script.\n"
    "usage: metrics-event [OPTIONS] EVENT [--FIELD VALUE]... [-- COMMAND [ARG]...]\n"
    "       metrics-event [OPTIONS] send NAME [KEY=VALUE]... [-- COMMAND [ARG]...]\n";

constexpr std::string_view help_foot =
    "See also metrics-event help [EVENT|COMMAND|options|exit-statuses], and version.\n";

// Returns the last line of the events in the short help: those beyond the first rows, as far as
// they fit.
std::string other_events(std::span<const EventTypes::Listed> others) {
  if (others.empty()) {
    return "";
  }
  constexpr std::string_view end = ", … (see metrics-event schema)";
  std::string line = "  also ";
  for (const EventTypes::Listed& listed : others) {
    const std::string name =
        (&listed == others.data() ? "" : ", ") + visible(kebab_case(listed.name));
    if (line.size() + name.size() + end.size() > page_width) {
      return line + std::string{end} + '\n';
    }
    line += name;
  }
  return line + '\n';
}

std::string command_rows(Commands commands) {
  Columns columns;
  for (const Command& command : commands) {
    if (!command.is_about_program) {
      columns.row(std::string{command.name}, std::string{command.summary});
    }
  }
  return "commands:\n" + columns.str();
}

// The help on the fields of an event: a table row and a part of the usage for each.
struct FieldHelp {
  Columns rows;
  std::string usage;

  void add(const Field& field) {
    const bool is_timestamp = &field == &timestamp_field;
    const std::string argument = usage_of(field);
    const bool repeats = field.has_flag && field.item != nullptr;
    usage += (field.always() ? ' ' + argument : " [" + argument + ']') + (repeats ? "..." : "");
    const bool said_by_placeholder = describe(field) == "text" || is_timestamp;
    std::string text{field.help};
    const auto say = [&text](bool is_so, const std::string& words) {
      text += is_so ? (text.empty() ? "" : "; ") + words : "";
    };
    say(!said_by_placeholder, describe(field));
    say(!field.always() && !is_timestamp, "optional");
    say(!field.format.empty(), "in the format " + std::string{field.format});
    say(repeats, "repeatable");
    say(!field.variable.empty(), variable_note(field));
    say(!field.default_value.empty(), "default " + std::string{field.default_value});
    say(field.measured != Measured::nothing, "filled in by COMMAND");
    rows.row(argument, text.empty() ? describe(field) : text);
    if (field.has_flag && has_since(field)) {
      rows.row("--" + since_flag(field) + " TIME", "the start time, instead of the seconds");
    }
  }
};

constexpr std::string_view words_of_events =
    "TIME is UNIX seconds, a time such as 2023-11-14T22:13:20Z, now, or @FILE for when that file "
    "was last changed. COMMAND is run first, and its exit status becomes that of metrics-event.";

constexpr std::string_view words_of_extras =
    " Further fields: KEY=TEXT, KEY:=JSON, KEY=@FILE, KEY:=@FILE, and KEY[KEY]=TEXT for nested "
    "ones.";

// Says where the settings are described that a command uses, or an event when it is null. Few are
// named all, many by the first three that people use.
std::string shared_options(const Command* command) {
  constexpr std::size_t many = 8;
  std::vector<std::string> all;
  std::vector<std::string> common;
  for (const Setting& setting : all_settings()) {
    if (setting.has_flag() && (command == nullptr || command->uses_flag(setting))) {
      all.push_back("--" + std::string{setting.name});
      if (setting.is_common && common.size() < 3) {
        common.push_back(all.back());
      }
    }
  }
  return all.empty()
             ? ""
             : '\n' + paragraph((all.size() > many ? "For options such as " + enumeration(common)
                                 : all.size() == 1 ? "For the shared option " + all.front()
                                                   : "For the shared options " + enumeration(all)) +
                                ", see metrics-event help options.");
}

std::string event_help(const EventType& type) {
  FieldHelp fields;
  std::ranges::for_each(type.fields, [&fields](const Field& field) { fields.add(field); });
  fields.add(timestamp_field);
  const std::string origin =
      type.origin.empty() ? "" : "Declared in " + std::string{type.origin} + ".\n\n";
  const std::string usage = "metrics-event [OPTIONS] " + kebab_case(type.name) + fields.usage +
                            (type.takes_extras ? " [KEY=VALUE]..." : "") + " [-- COMMAND [ARG]...]";
  const std::vector<std::string> examples = event_examples(type);
  const std::string says = type.help.empty() ? "" : ": " + std::string{type.help};
  return "Send " + kebab_case(type.name) + says + ".\n\n" + origin + usage_lines(usage) + '\n' +
         example_lines({examples.begin(), examples.end()}) + "\nfields:\n" + fields.rows.str() +
         '\n' +
         paragraph(std::string{words_of_events} +
                   std::string{type.takes_extras ? words_of_extras : ""}) +
         shared_options(nullptr);
}

std::string option_rows(const Command& command) {
  Columns columns;
  for (const CommandOption& option : command.options) {
    const std::string value =
        option.placeholder.empty() ? "" : ' ' + std::string{option.placeholder};
    columns.row(short_flag_of(option.short_flag) + "--" + std::string{option.name} + value,
                with_default(option.help, option.default_text));
  }
  return command.options.empty() ? "" : "\noptions:\n" + columns.str();
}

std::string command_help(const Command& command) {
  FieldHelp fields;
  if (command.sends_event) {
    fields.add(timestamp_field);
  }
  return "metrics-event " + std::string{command.name} + ": " + std::string{command.summary} +
         ".\n\n" +
         usage_lines("metrics-event " + std::string{command.name} + " [OPTIONS]" +
                     command.synopsis(fields.usage)) +
         '\n' + paragraph(command.details) +
         (command.examples.empty()
              ? ""
              : '\n' + example_lines({command.examples.begin(), command.examples.end()})) +
         (command.sends_event ? "\nfields:\n" + fields.rows.str() + '\n' +
                                    paragraph(std::string{words_of_events}.append(words_of_extras))
                              : "") +
         option_rows(command) + shared_options(&command);
}

constexpr std::array topic_rows{
    HelpTopic{"options", "every option in full, with its variables", option_details},
    HelpTopic{"exit-statuses", "the meaning of each exit status", exit_statuses},
};

} // namespace

std::span<const HelpTopic> help_topics() {
  return topic_rows;
}

std::string short_help(const EventTypes& types, Commands commands) {
  constexpr std::size_t most_rows = 4;
  constexpr std::size_t longest_description = 55;
  const auto all = types.all();
  const std::span listed{all};
  const std::size_t shown = std::min(listed.size(), most_rows);
  Columns events;
  for (const EventTypes::Listed& one : listed.first(shown)) {
    events.row(kebab_case(one.name), printable(one.says(), longest_description));
  }
  Columns options;
  for (const Setting& setting : all_settings()) {
    if (setting.is_common) {
      add_line(options, setting);
    }
  }
  return std::string{help_head} + '\n' +
         example_lines({general_examples.begin(), general_examples.end()}) +
         "\nevents (metrics-event help EVENT lists the fields):\n" + events.str() +
         other_events(listed.subspan(shown)) + '\n' + command_rows(commands) +
         "\noptions (metrics-event help options lists all, and their variables):\n" +
         options.str() + std::string{help_foot};
}

std::string help(std::string_view topic, const EventTypes& types, Commands commands) {
  if (const Command* const command = find_command(commands, topic)) {
    return command_help(*command);
  }
  if (const EventType* const event = topic.empty() ? nullptr : types.find(topic)) {
    return event_help(*event);
  }
  Columns events;
  for (const EventTypes::Listed& listed : types.all()) {
    events.row(kebab_case(listed.name), listed.says());
  }
  return std::string{help_head} + '\n' +
         example_lines({general_examples.begin(), general_examples.end()}) + "\nevents:\n" +
         events.str() + '\n' + command_rows(commands) + grouped_options(add_line) + '\n' +
         std::string{help_foot};
}

} // namespace metrics_event
