#include "cli/help.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/option.hpp"
#include "settings/table.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

constexpr std::size_t page_width = 80;
constexpr std::size_t left_width = 30;

// A table of two columns: the left one is indented by two spaces, the right one is wrapped.
class Columns {
public:
  void row(std::string_view left, std::string_view right) {
    std::string line = "  " + std::string{left};
    if (line.size() + 2 > left_width) {
      text_ += line + '\n';
      line.clear();
    }
    for (const std::string& part : wrap(right, page_width - left_width)) {
      line.resize(left_width, ' ');
      text_ += line + part + '\n';
      line.clear();
    }
  }
  const std::string& str() const { return text_; }

private:
  std::string text_;
};

std::string paragraph(std::string_view text) {
  std::string lines;
  for (const std::string& line : wrap(text, page_width)) {
    lines += line + '\n';
  }
  return lines;
}

std::string with_default(std::string_view help, std::string_view default_text) {
  return std::string{help} +
         (default_text.empty() ? "" : " (default " + std::string{default_text} + ')');
}

void add_setting(Columns& columns, const Setting& setting) {
  std::string left = "    " + (setting.has_flag() ? setting.flag() : variable_name(setting));
  if (setting.short_flag != '\0') {
    left.replace(0, 4, {'-', setting.short_flag, ',', ' '});
  }
  std::string text = with_default(setting.help, shown_default(setting));
  text += setting.kind == Setting::Kind::list ? "; repeatable" : "";
  for (const FallbackVariable& variable : setting.fallback_variables) {
    text.append(&variable == setting.fallback_variables.data() ? "; also from " : ", ");
    text.append(variable.name);
  }
  columns.row(left, text);
}

void add_info_options(Columns& columns) {
  for (const InfoOption& option : {help_option, version_option}) {
    columns.row(std::string{'-', option.short_flag} + ", --" + std::string{option.name},
                option.help);
  }
}

std::string setting_rows() {
  Columns columns;
  for (const Setting& setting : all_settings()) {
    add_setting(columns, setting);
  }
  add_info_options(columns);
  return columns.str();
}

std::string exit_status_rows() {
  Columns columns;
  for (const ExitCodeRow& row : exit_code_table()) {
    columns.row(row.number() + ' ' + std::string{row.name}, row.meaning);
  }
  return columns.str();
}

// Returns the usage: one line for an event, one for each command that sends events, and one that
// the other commands share.
std::string usage_lines(std::span<const Command> commands) {
  constexpr std::string_view program = "metrics-event [OPTIONS] ";
  std::string lines = "usage: " + std::string{program} +
                      "EVENT [--FIELD VALUE]... [KEY=VALUE]...\n         [-- COMMAND [ARG]...]\n";
  std::string others;
  for (const Command& command : commands) {
    const std::string usage = std::string{command.name} + command.synopsis();
    if (command.sends_event) {
      lines += "       " + std::string{program} + usage + '\n';
    } else {
      others.append(others.empty() ? "" : " | ").append(usage);
    }
  }
  for (std::string& line : wrap(others, page_width - 7 - program.size())) {
    line.erase(0, line.starts_with("| ") ? 2 : 0);
    lines += "       " + std::string{program} + line + '\n';
  }
  return lines;
}

std::string general_help(const EventTypes& types, std::span<const Command> commands) {
  Columns event_rows;
  for (const EventTypes::Listed& listed : types.all()) {
    event_rows.row(kebab_case(listed.name), listed.says());
  }
  Columns command_rows;
  for (const Command& command : commands) {
    command_rows.row(command.name, command.summary);
  }
  return "Send one metric event to a Loki push endpoint.\n\n" + usage_lines(commands) +
         "\nevents (metrics-event EVENT --help lists the fields):\n" + event_rows.str() +
         "\ncommands:\n" + command_rows.str() +
         "\noptions, before or after the event; each setting is also an environment\n"
         "variable, --connect-timeout as METRICS_EVENT_CONNECT_TIMEOUT:\n" +
         setting_rows() + "\nexit status:\n" + exit_status_rows();
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
    say(field.measured != Measured::nothing, "COMMAND gives it");
    rows.row(argument, text.empty() ? describe(field) : text);
    if (field.has_flag && has_since(field)) {
      rows.row("--" + since_flag(field) + " TIME", "the same as the time since then");
    }
  }
};

constexpr std::string_view words_of_events =
    "TIME is UNIX seconds, a time such as 2023-11-14T22:13:20Z, now, or @FILE for when that file "
    "was changed. With -- COMMAND it runs COMMAND first and ends as that does.";

constexpr std::string_view words_of_extras =
    " Other fields are given as KEY=TEXT, KEY:=JSON, KEY=@FILE, KEY:=@FILE, nested as "
    "KEY[KEY]=TEXT.";

std::string event_help(const EventType& type) {
  FieldHelp fields;
  std::ranges::for_each(type.fields, [&fields](const Field& field) { fields.add(field); });
  fields.add(timestamp_field);
  const std::string origin =
      type.origin.empty() ? "" : "Declared in " + std::string{type.origin} + ".\n\n";
  const std::string usage = "metrics-event [OPTIONS] " + kebab_case(type.name) + fields.usage +
                            (type.takes_extras ? " [KEY=VALUE]..." : "") + " [-- COMMAND [ARG]...]";
  const std::string says = type.help.empty() ? "" : ": " + std::string{type.help};
  return "Send " + kebab_case(type.name) + says + ".\n\n" + origin + paragraph("usage: " + usage) +
         "\nfields:\n" + fields.rows.str() + '\n' +
         paragraph(std::string{words_of_events} +
                   std::string{type.takes_extras ? words_of_extras : ""}) +
         "\noptions:\n" + setting_rows();
}

std::string command_help(const Command& command) {
  Columns rows;
  for (const CommandOption& option : command.options) {
    const std::string value =
        option.placeholder.empty() ? "" : ' ' + std::string{option.placeholder};
    rows.row((option.short_flag == '\0' ? "" : std::string{'-', option.short_flag, ',', ' '}) +
                 "--" + std::string{option.name} + value,
             with_default(option.help, option.default_text));
  }
  for (const Setting& setting : all_settings()) {
    if (command.heeds(setting)) {
      add_setting(rows, setting);
    }
  }
  add_info_options(rows);
  FieldHelp fields;
  if (command.sends_event) {
    fields.add(timestamp_field);
  }
  return "metrics-event " + std::string{command.name} + ": " + std::string{command.summary} +
         ".\n\n" +
         paragraph("usage: metrics-event " + std::string{command.name} + " [OPTIONS]" +
                   command.synopsis(fields.usage)) +
         '\n' + paragraph(command.details) +
         (command.sends_event ? "\nfields:\n" + fields.rows.str() + '\n' +
                                    paragraph(std::string{words_of_events}.append(words_of_extras))
                              : "") +
         "\noptions:\n" + rows.str();
}

} // namespace

std::string help(std::string_view topic, const EventTypes& types,
                 std::span<const Command> commands) {
  if (const Command* const command = find_command(commands, topic)) {
    return command_help(*command);
  }
  const EventType* const event = topic.empty() ? nullptr : types.find(topic);
  return event == nullptr ? general_help(types, commands) : event_help(*event);
}

} // namespace metrics_event
