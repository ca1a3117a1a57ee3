#include "docs/manual.hpp"

#include "base/characters.hpp"
#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "settings/table.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace metrics_event {
namespace {

using Events = std::span<const EventType>;
using Commands = std::span<const Command>;

// Returns prose as roff source: backslashes are escaped, each sentence begins a line, and no line
// is too long.
std::string mdoc_text(std::string_view text) {
  constexpr std::size_t longest_line = 79;
  std::string out;
  while (!text.empty()) {
    const std::size_t full_stop = text.find(". ");
    const std::string_view sentence =
        text.substr(0, full_stop == text.npos ? full_stop : full_stop + 1);
    text.remove_prefix(std::min(sentence.size() + 1, text.size()));
    for (const std::string& line : wrap(sentence, longest_line)) {
      out += out.empty() ? "" : "\n";
      for (const char c : line) {
        out += c == '\\' ? "\\e" : std::string{c};
      }
    }
  }
  return out;
}

// Returns a description such as "how long it took" as a sentence: "How long it took."
std::string sentence(std::string_view text) {
  std::string out{text};
  if (!out.empty()) {
    out.front() = to_upper(out.front());
  }
  return out + '.';
}

// Returns one item of a tagged list; `head` holds the arguments of .It, in mdoc.
std::string mdoc_item(std::string_view head, std::string_view body) {
  return ".It " + std::string{head} + '\n' + mdoc_text(sentence(body)) + '\n';
}

std::string mdoc_list(const std::string& items, std::string_view width) {
  return ".Bl -tag -width " + std::string{width} + "\n" + items + ".El\n";
}

std::string mdoc_flag(std::string_view name, std::string_view value) {
  return "Fl -" + std::string{name} + (value.empty() ? "" : " Ar " + std::string{value});
}

std::string mdoc_short_flag(char letter) {
  return letter == '\0' ? "" : std::string{"Fl "} + letter + " , ";
}

std::string mdoc_flag(const Setting& setting) {
  return setting.kind == Setting::Kind::optional ? mdoc_flag(setting.name, "") + " Ns Oo = Ns Ar " +
                                                       std::string{setting.placeholder} + " Oc"
                                                 : mdoc_flag(setting.name, setting.placeholder);
}

// The usage after the name of an event, for a command that sends events, in mdoc.
constexpr std::string_view mdoc_of_an_event =
    ".Op Ar key Ns = Ns Ar text | Ar key Ns := Ns Ar json\n\\&...\n"
    ".Op Fl - Ar command Op Ar argument ...\n";

std::string mdoc_exit_status(Events, Commands) {
  std::string items;
  for (const ExitCodeRow& row : exit_code_table()) {
    items += mdoc_item(row.number() + " (" + std::string{row.name} + ')', row.meaning);
  }
  return mdoc_list(items, "Ds");
}

std::string mdoc_variables(const Setting& setting) {
  std::string text = ".Ev " + variable_name(setting);
  for (const FallbackVariable& fallback : setting.fallback_variables) {
    text += " ,\n.Ev " + std::string{fallback.name};
    text += fallback.condition.empty() ? "" : " Pq " + std::string{fallback.condition};
  }
  return text + (setting.kind == Setting::Kind::list ? " ,\none per line.\n" : " .\n");
}

std::string mdoc_settings(Events, Commands) {
  std::string items;
  for (const Setting& setting : all_settings()) {
    items += mdoc_item(setting.has_flag() ? mdoc_short_flag(setting.short_flag) + mdoc_flag(setting)
                                          : "Ev " + variable_name(setting),
                       setting.help);
    if (!shown_default(setting).empty()) {
      items += "Default: " + mdoc_text(shown_default(setting)) + ".\n";
    }
    if (setting.kind == Setting::Kind::list) {
      items += "Repeatable.\n";
    }
    const bool has_more_than_the_rule = !setting.fallback_variables.empty();
    items += has_more_than_the_rule ? "Environment:\n" + mdoc_variables(setting) : "";
  }
  return mdoc_list(items, "Ds");
}

std::string mdoc_keys(Events, Commands) {
  std::string items;
  for (const Setting& setting : all_settings()) {
    if (!setting.has_key()) {
      continue;
    }
    const std::string_view value = setting.kind == Setting::Kind::toggle ? "true | false"
                                   : setting.kind == Setting::Kind::optional
                                       ? "true | false | string"
                                   : setting.kind == Setting::Kind::list     ? "array or table"
                                   : setting.value_kind == ValueKind::number ? "integer"
                                   : setting.choices.empty()                 ? "string"
                                                                             : setting.placeholder;
    items += mdoc_item("Ic " + std::string{setting.name} + " No = Ar " + std::string{value},
                       setting.help);
    if (!setting.default_text.empty()) {
      items += "Default: " + mdoc_text(setting.default_text) + ".\n";
    }
    items +=
        "Flag:\n.Fl -" + std::string{setting.name} + " .\nEnvironment:\n" + mdoc_variables(setting);
  }
  return mdoc_list(items, "Ds");
}

// Returns the operand of a command, or an option with its value, in mdoc.
std::string mdoc_optional(std::string_view text, bool is_required) {
  return (is_required ? "." : ".Op ") + std::string{text} + '\n';
}

// Returns the synopsis, a paragraph for each command.
std::string mdoc_synopsis(Events, Commands commands) {
  std::string text;
  for (const Command& command : commands) {
    text += ".Nm\n.Op Ar options\n.Cm " + std::string{command.name} + '\n';
    for (const CommandOption& option : command.options) {
      text += mdoc_optional(mdoc_flag(option.name, lower_case(option.placeholder)), false);
    }
    if (!command.operand.name.empty()) {
      text += mdoc_optional("Ar " + lower_case(command.operand.name) +
                                (command.operand.can_repeat() ? " ..." : ""),
                            command.operand.is_required);
    }
    text += command.sends_event ? std::string{mdoc_of_an_event} : "";
  }
  return text;
}

std::string mdoc_command(const Command& command) {
  std::string items;
  for (const CommandOption& option : command.options) {
    items +=
        mdoc_item(mdoc_short_flag(option.short_flag) + mdoc_flag(option.name, option.placeholder),
                  option.help);
    if (!option.default_text.empty()) {
      items += "Default: " + mdoc_text(option.default_text) + ".\n";
    }
  }
  return ".Ss " + std::string{command.name} + '\n' + mdoc_text(command.details) + '\n' +
         (items.empty() ? "" : mdoc_list(items, "Ds"));
}

std::string mdoc_event_names(Events events, Commands) {
  std::string items;
  std::string longest;
  for (const EventType& type : events) {
    const std::string name = kebab_case(type.name);
    items += mdoc_item("Cm " + name, type.help);
    longest = longest.size() < name.size() ? name : longest;
  }
  return mdoc_list(items, longest + " -compact");
}

std::string field_notes(const Field& field) {
  return describe(field) + (field.always() ? "" : ", optional");
}

std::string mdoc_events(Events events, Commands) {
  std::string text;
  for (const EventType& type : events) {
    text += ".Ss " + kebab_case(type.name) + '\n' + "Says that " + std::string{type.help} +
            ".\nThe line names it\n.Dq " + std::string{type.name} + " .\n";
    std::string items;
    for (const Field& field : type.fields) {
      items += mdoc_item(mdoc_flag(kebab_case(field.name), placeholder(field)), field.help);
      items += "In the line:\n.Va " + std::string{field.name} + " ,\n" + field_notes(field) + ".\n";
      if (has_since(field)) {
        items += "Or:\n." + mdoc_flag(since_flag(field), "TIME") + " .\n";
      }
      if (field.measured != Measured::nothing) {
        items += "Filled in by a measured command.\n";
      }
      if (!field.variable.empty()) {
        items += "Environment:\n.Ev " + std::string{field.variable} + " .\n";
      }
    }
    text += mdoc_list(items, "Ds");
  }
  return text;
}

// Returns a row of a Markdown table; `|` is escaped because it would end a cell.
std::string markdown_row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) {
    row += ' ';
    for (const char c : cell) {
      row += c == '|' ? "\\|" : std::string{c};
    }
    row += " |";
  }
  return row + '\n';
}

std::string code(std::string_view text) {
  return '`' + std::string{text} + '`';
}

std::string markdown_exit_status(Events, Commands) {
  std::string table = "| status | name | when |\n|---|---|---|\n";
  for (const ExitCodeRow& row : exit_code_table()) {
    table += markdown_row({row.number(), std::string{row.name}, std::string{row.meaning}});
  }
  return table;
}

// The settings that the README shows, because most people need some of them; the man page has all.
constexpr std::array needed_by_most{"url",           "label",   "org-id", "username",
                                    "password-file", "timeout", "spool",  "best-effort"};

std::string markdown_settings(Events, Commands) {
  std::string table = "| setting | meaning |\n|---|---|\n";
  for (const std::string_view name : needed_by_most) {
    const Setting& setting = *std::ranges::find(all_settings(), name, &Setting::name);
    const std::string_view value = shown_default(setting);
    table +=
        markdown_row({code(setting.flag()),
                      std::string{setting.help} + (value.empty() ? "" : " (" + code(value) + ')')});
  }
  return table;
}

struct Part {
  Markup markup;
  std::string_view name;
  std::string (*text)(Events events, Commands commands);
};

constexpr std::array parts{
    Part{Markup::mdoc, "exit-status", mdoc_exit_status},
    Part{Markup::mdoc, "settings", mdoc_settings},
    Part{Markup::mdoc, "keys", mdoc_keys},
    Part{Markup::mdoc, "synopsis", mdoc_synopsis},
    Part{Markup::mdoc, "event-names", mdoc_event_names},
    Part{Markup::mdoc, "events", mdoc_events},
    Part{Markup::markdown, "exit-status", markdown_exit_status},
    Part{Markup::markdown, "settings", markdown_settings},
};

std::string mark(Markup markup, std::string_view word, std::string_view name) {
  const std::string text = std::string{word} + ' ' + std::string{name};
  return markup == Markup::mdoc ? ".\\\" " + text + '\n' : "<!-- " + text + " -->\n";
}

// Replaces the part of this name, if the document has it.
void replace_part(std::string& document, Markup markup, std::string_view name,
                  std::string_view text) {
  const std::string begin = mark(markup, "begin", name);
  const std::size_t found = document.find(begin);
  if (found == std::string::npos) {
    return;
  }
  const std::size_t start = found + begin.size();
  const std::size_t end = document.find(mark(markup, "end", name), start);
  if (end == std::string::npos) {
    throw std::runtime_error{"the generated part " + std::string{name} + " does not end"};
  }
  document.replace(start, end - start, text);
}

} // namespace

std::string with_generated_parts(std::string_view document, Markup markup, Events events,
                                 Commands commands) {
  std::string out{document};
  for (const Part& part : parts) {
    if (part.markup == markup) {
      replace_part(out, markup, part.name, part.text(events, commands));
    }
  }
  // Each command is a part, so that a page can add to what its row says.
  for (const Command& command : commands) {
    if (markup == Markup::mdoc) {
      replace_part(out, markup, "command-" + std::string{command.name}, mdoc_command(command));
    }
  }
  return out;
}

} // namespace metrics_event
