#include "settings/places.hpp"

namespace metrics_event {
namespace {

std::string home_for(const Environment& environment, const char* variable,
                     const std::string& below_home) {
  const auto absolute = [&environment](const char* name) {
    const std::string path = environment(name).value_or("");
    return path.starts_with('/') ? path : "";
  };
  const std::string given = absolute(variable);
  const std::string home = absolute("HOME");
  return !given.empty() ? given : home.empty() ? "" : home + below_home;
}

} // namespace

std::string config_home(const Environment& environment) {
  return home_for(environment, "XDG_CONFIG_HOME", "/.config");
}

std::string state_home(const Environment& environment) {
  return home_for(environment, "XDG_STATE_HOME", "/.local/state");
}

std::vector<std::string> config_directories(const Environment& environment) {
  std::vector<std::string> directories{"/etc/metrics-event"};
  if (const std::string home = config_home(environment); !home.empty()) {
    directories.push_back(home + "/metrics-event");
  }
  return directories;
}

std::vector<ConfigPlace> event_directories(std::span<const std::string> config_directories,
                                           const Environment& environment,
                                           const std::optional<std::string>& flag) {
  std::vector<ConfigPlace> directories;
  for (const std::string& directory : config_directories) {
    directories.push_back({directory + "/events.d", std::nullopt});
  }
  const std::string variable = "METRICS_EVENT_EVENTS";
  if (flag) {
    directories.push_back({*flag, Origin{Origin::Source::flag, "--events"}});
  } else if (const auto text = environment(variable); !text.value_or("").empty()) {
    directories.push_back({*text, Origin{Origin::Source::environment, variable}});
  }
  return directories;
}

std::string position_directory(const Environment& environment, bool is_root) {
  if (is_root) {
    return "/var/lib/metrics-event";
  }
  const std::string home = state_home(environment);
  return home.empty() ? "" : home + "/metrics-event";
}

std::string usual_spool(const Environment& environment, bool is_root) {
  if (is_root) {
    return "/var/spool/metrics-event";
  }
  const std::string home = state_home(environment);
  return home.empty() ? "" : home + "/metrics-event/spool";
}

} // namespace metrics_event
