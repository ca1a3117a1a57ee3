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

// Returns a value in TOML syntax. No default and no example contains a quotation mark, so none is
// escaped.
std::string toml_value(const Setting& setting, std::string_view text) {
  const std::string quoted = '"' + std::string{text} + '"';
  if (setting.kind == Setting::Kind::list) {
    return '[' + quoted + ']';
  }
  const bool is_bare = setting.kind != Setting::Kind::value || all_digits(text);
  return is_bare ? std::string{text} : quoted;
}

} // namespace

std::string sample_config() {
  std::string out = comment("Settings of metrics-event for the whole system. Remove the # before a "
                            "key to set it; the value is the default, or an example where there is "
                            "none. A user's own file, the environment and flags win. More is in "
                            "metrics-event.conf(5); metrics-event check shows what counts.");
  for (const Setting& setting : all_settings()) {
    if (setting.has_key()) {
      const bool has_default = !setting.default_text.empty();
      const std::string_view text = has_default ? setting.default_text : setting.example;
      out += '\n' + comment(setting.help) + '#' + std::string{setting.name} + " = " +
             toml_value(setting, text) + '\n';
    }
  }
  return out;
}

} // namespace metrics_event
