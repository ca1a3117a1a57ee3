#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "fuzz/target.hpp"
#include "settings/config_file.hpp"
#include "settings/layers.hpp"
#include "settings/rules.hpp"

#include <string>

namespace metrics_event::testing {
namespace {

void replace_credentials(Endpoint& endpoint) {
  if (endpoint.credentials) {
    endpoint.credentials = BasicCredentials{"somebody", Secret{"something"}};
  }
}

void replace_secret(Secret& secret) {
  secret = Secret{secret.empty() ? "" : "something"};
}

Settings with_other_secrets(Settings settings) {
  replace_credentials(settings.url);
  if (settings.proxy) {
    replace_credentials(*settings.proxy);
  }
  replace_secret(settings.password);
  replace_secret(settings.bearer_token);
  for (auto& header : settings.headers) {
    header.second = "something";
  }
  return settings;
}

void check_shown(const Setting& setting, const Settings& settings) {
  must(setting.show(settings) == setting.show(with_other_secrets(settings)),
       "what is shown of a setting tells nothing of its secrets");
}

void check_file(std::string_view toml) {
  try {
    const Resolved resolved = resolve({config_layer(toml, "config.toml")});
    for (const Setting& setting : all_settings()) {
      check_shown(setting, resolved.settings);
    }
    for (const std::string& risk : risks(resolved)) {
      must(is_safe_to_show(risk), "a risk is safe to show");
    }
  } catch (const Failure& failure) {
    must(failure.code() == ExitCode::config, "what is wrong is the configuration");
    must(is_safe_to_show(failure.text()), "a failure is safe to show");
    must(failure.text().find("config.toml") != std::string::npos, "a failure names the file");
  }
}

void check_value(const Setting& setting, std::string_view text) {
  Settings settings;
  const auto mismatch = setting.assign(settings, text);
  check_shown(setting, settings);
  must(!mismatch || is_safe_to_show(mismatch->text), "a mismatch is safe to show");
  must(!mismatch || setting.has_flag() || mismatch->text.find('"') == std::string::npos,
       "a mismatch of a secret quotes nothing");
}

} // namespace

// A configuration file; and, by its first byte, the number of a setting before its value.
void fuzz_settings(std::string_view input) {
  check_file(input);
  if (!input.empty()) {
    const auto row = static_cast<unsigned char>(input[0]) % all_settings().size();
    check_value(all_settings()[row], input.substr(1));
  }
}

} // namespace metrics_event::testing
