#include "settings/places.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace metrics_event;

namespace {

Environment variables_of(const std::map<std::string, std::string>& variables) {
  return [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
}

} // namespace

TEST_SUITE_BEGIN("places");

TEST_CASE("configuration and state are where the XDG variables say, else in the home") {
  const auto both = variables_of(
      {{"HOME", "/home/x"}, {"XDG_CONFIG_HOME", "/etc/x"}, {"XDG_STATE_HOME", "/var/x"}});
  CHECK(config_home(both) == "/etc/x");
  CHECK(state_home(both) == "/var/x");
  const auto home = variables_of({{"HOME", "/home/x"}, {"XDG_STATE_HOME", "relative"}});
  CHECK(config_home(home) == "/home/x/.config");
  CHECK(state_home(home) == "/home/x/.local/state");
  const auto none = variables_of({{"HOME", "relative"}});
  CHECK(config_home(none).empty());
  CHECK(state_home(none).empty());
}

TEST_CASE(
    "events are declared by the system, the user, and who names a directory, which counts most") {
  const auto paths = [](const Environment& variables, const std::optional<std::string>& flag) {
    std::vector<std::string> found;
    for (const ConfigPlace& directory :
         event_directories(config_directories(variables), variables, flag)) {
      found.push_back((directory.asked_by ? directory.asked_by->name + ' ' : "") + directory.path);
    }
    return found;
  };
  const std::string system = "/etc/metrics-event/events.d";
  using Paths = std::vector<std::string>;
  CHECK(paths(variables_of({}), std::nullopt) == Paths{system});
  const auto user = variables_of({{"XDG_CONFIG_HOME", "/u"}, {"METRICS_EVENT_EVENTS", "/v"}});
  CHECK(paths(user, std::nullopt) ==
        Paths{system, "/u/metrics-event/events.d", "METRICS_EVENT_EVENTS /v"});
  CHECK(paths(user, "/f") == Paths{system, "/u/metrics-event/events.d", "--events /f"});
  CHECK(paths(variables_of({{"HOME", "/h"}, {"METRICS_EVENT_EVENTS", ""}}), std::nullopt) ==
        Paths{system, "/h/.config/metrics-event/events.d"});
}

TEST_CASE("the usual spool is the system's for root, the user's for others") {
  CHECK(usual_spool(variables_of({{"HOME", "/root"}}), true) == "/var/spool/metrics-event");
  CHECK(usual_spool(variables_of({}), true) == "/var/spool/metrics-event");
  CHECK(usual_spool(variables_of({{"HOME", "/home/x"}}), false) ==
        "/home/x/.local/state/metrics-event/spool");
  CHECK(usual_spool(variables_of({{"XDG_STATE_HOME", "/s"}}), false) == "/s/metrics-event/spool");
  CHECK(usual_spool(variables_of({}), false).empty());
}

TEST_CASE("positions are the system's for root, and in the state of a user for others") {
  CHECK(position_directory(variables_of({}), true) == "/var/lib/metrics-event");
  CHECK(position_directory(variables_of({{"XDG_STATE_HOME", "/s"}}), true) ==
        "/var/lib/metrics-event");
  CHECK(position_directory(variables_of({{"XDG_STATE_HOME", "/s"}}), false) == "/s/metrics-event");
  CHECK(position_directory(variables_of({{"HOME", "/home/x"}}), false) ==
        "/home/x/.local/state/metrics-event");
  CHECK(position_directory(variables_of({}), false).empty());
}

TEST_SUITE_END();
