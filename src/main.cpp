#include "app.hpp"
#include "commands/table.hpp"
#include "event/catalogue.hpp"
#include "net/http_transport.hpp"
#include "settings/places.hpp"
#include "system/child.hpp"
#include "system/console.hpp"
#include "system/core_dump.hpp"
#include "system/file.hpp"
#include "system/host_identity.hpp"
#include "system/signals.hpp"

#include <sys/auxv.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>
#include <utility>

using namespace metrics_event;

namespace {

std::optional<std::string> variable(const std::string& name) {
  const char* const text = std::getenv(name.c_str());
  return text == nullptr ? std::nullopt : std::optional<std::string>{text};
}

// Returns the names of the variables that start with METRICS_EVENT_.
std::vector<std::string> our_variables(char** environment) {
  std::vector<std::string> names;
  for (char** text = environment; *text != nullptr; ++text) {
    const std::string_view variable{*text};
    if (variable.starts_with("METRICS_EVENT_")) {
      names.emplace_back(variable.substr(0, variable.find('=')));
    }
  }
  return names;
}

// A directory that this user may not enter is that of another user, left over as after `sudo -E` or
// `setpriv`: nothing in it is meant for this one.
bool is_closed(const std::error_code& error) {
  return error == std::errc::permission_denied;
}

// Returns the value of a variable, where a home that is closed counts as unset.
std::optional<std::string> variable_of_user(const std::string& name) {
  auto text = variable(name);
  const bool is_home = name == "HOME" || name == "XDG_CONFIG_HOME" || name == "XDG_STATE_HOME";
  return text && is_home && is_closed(access_error(*text + "/.")) ? std::nullopt : std::move(text);
}

// Returns the configuration directories that exist and can be reached. Reaching for the one below
// HOME tells whether HOME is closed as well, which saves a system call of every run.
std::vector<std::string> reachable_config_directories() {
  std::vector<std::string> paths = config_directories([](const std::string& name) {
    return name == "HOME" ? variable(name) : variable_of_user(name);
  });
  std::erase_if(paths, [](const std::string& path) {
    const std::error_code error = access_error(path);
    return is_missing(error) || is_closed(error);
  });
  return paths;
}

} // namespace

int main(int argc, char** argv) {
  keep_out_of_cores(); // before anything that may be secret is read
  open_interruption(); // before a file is opened, to take the descriptors of closed streams
  SystemClock clock;
  Console console;
  console.set_dumb(variable("TERM").value_or("dumb") == "dumb");
  const App app{
      .arguments = {argv + (argc > 0 ? 1 : 0), argv + argc},
      .environment = variable_of_user,
      .variables = our_variables(environ),
      .config_directories = reachable_config_directories(),
      .is_root = getauxval(AT_EUID) == 0,
      .host = {.name = host_name, .machine_id = [] { return machine_id("/etc/machine-id"); }},
      .events = built_in_events(),
      .commands = all_commands(),
      .context = {.transport = http_transport(), .clock = clock, .console = console}};
  const End end = run(app);
  if (end.signal != 0) {
    die_of(end.signal);
  }
  // This does not call exit(), because a late name lookup may still be running and nothing waits
  // for it.
  _exit(static_cast<int>(end.code));
}
