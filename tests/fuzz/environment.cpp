#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "fuzz/target.hpp"
#include "settings/layers.hpp"
#include "settings/rules.hpp"

#include <map>
#include <string>

namespace metrics_event::testing {
namespace {

constexpr std::string_view known_secret = "swordfish";

using Variables = std::map<std::string, std::string>;

Layer layer_of(const Variables& variables) {
  return environment_layer([&variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  });
}

void check_text(const std::string& text, bool may_hold_secret) {
  must(is_safe_to_show(text), "a message is safe to show");
  must(may_hold_secret || text.find(known_secret) == std::string::npos,
       "a message shows no secret");
}

// What is said of settings from the environment and whether they are valid.
void check_resolving(const Variables& variables, bool may_hold_secret) {
  try {
    const Resolved resolved = resolve({layer_of(variables)});
    for (const std::string& warning : resolved.warnings) {
      check_text(warning, may_hold_secret);
    }
    for (const std::string& risk : risks(resolved)) {
      check_text(risk, may_hold_secret);
    }
    for (const Setting& setting : all_settings()) {
      check_text(printable(setting.show(resolved.settings), 10'000), may_hold_secret);
    }
  } catch (const Failure& failure) {
    must(failure.code() == ExitCode::config, "what is wrong is the configuration");
    check_text(failure.text(), may_hold_secret);
  }
}

} // namespace

// The environment: variables in the form NAME=VALUE, with a NUL behind each. The last one is also
// the value of each variable that takes a secret, behind a secret.
void fuzz_environment(std::string_view input) {
  Variables variables;
  std::string_view last;
  while (!input.empty()) {
    last = input.substr(0, input.find('\0'));
    input.remove_prefix(std::min(last.size() + 1, input.size()));
    const std::size_t equals = std::min(last.find('='), last.size());
    variables.insert_or_assign(std::string{last.substr(0, equals)},
                               std::string{last.substr(std::min(equals + 1, last.size()))});
  }
  for (const GivenSetting& given : layer_of(variables)) {
    must(!given.text.empty(), "an empty value counts as unset");
    must(given.setting->kind != Setting::Kind::list || given.text.find('\n') == std::string::npos,
         "an item of a list is a line");
  }
  check_resolving(variables, true);

  const bool holds_secret = last.find(known_secret) != std::string_view::npos;
  const std::string value = std::string{known_secret}.append(last);
  check_resolving({{"METRICS_EVENT_HEADER", "X-Key: " + value}}, holds_secret);
  check_resolving({{"METRICS_EVENT_USERNAME", "user"}, {"METRICS_EVENT_PASSWORD", value}},
                  holds_secret);
  check_resolving({{"METRICS_EVENT_BEARER_TOKEN", value}}, holds_secret);
}

} // namespace metrics_event::testing
