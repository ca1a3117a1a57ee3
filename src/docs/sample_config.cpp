#include "docs/sample_config.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "settings/table.hpp"

namespace metrics_event {
namespace {

std::string comment(std::string_view text) {
  constexpr std::size_t width = 78;
  std::string out;
  for (const std::string& line : wrap(text, width)) {
    out += "# " + line + '\n';
  }
  return out;
}

std::string quoted(std::string_view text) {
  return '"' + std::string{text} + '"';
}

// Returns the value of a row in TOML syntax: the default, or an example where there is none. No
// default and no example contains a quotation mark, so none is escaped.
std::string toml_value(const Setting& setting) {
  const std::string_view text =
      setting.default_text.empty() ? setting.example : setting.default_text;
  if (setting.kind == Setting::Kind::list) {
    return '[' + quoted(text) + (setting.shipped.empty() ? "" : ", " + quoted(setting.shipped)) +
           ']';
  }
  const bool is_bare = setting.kind != Setting::Kind::value || all_digits(text);
  return is_bare ? std::string{text} : quoted(text);
}

std::string description_of(const Setting& setting) {
  std::string text{setting.help};
  text.front() = to_upper(text.front());
  return text.append(setting.details.empty() ? "" : ". ").append(setting.details);
}

} // namespace

std::string sample_config() {
  std::string out = comment("Settings of metrics-event for the whole system. Remove the # before a "
                            "key to set it; the value is the default, or an example where there is "
                            "none. Only the label host is set, so that each host has its own "
                            "stream; add your labels to that list. A user's own file, the "
                            "environment and flags take precedence. metrics-event.conf(5) "
                            "explains the keys, and metrics-event check shows the values in use.");
  for (const Setting& setting : all_settings()) {
    if (setting.has_key()) {
      out += '\n' + comment(description_of(setting)) + (setting.shipped.empty() ? "#" : "") +
             std::string{setting.name} + " = " + toml_value(setting) + '\n';
    }
  }
  return out;
}

} // namespace metrics_event
