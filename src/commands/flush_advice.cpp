#include "commands/flush_advice.hpp"

#include "system/file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

// Where systemd.unit(5) looks for units, and for the links that enable them.
constexpr std::array unit_directories{"/etc/systemd/system/", "/run/systemd/system/",
                                      "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/",
                                      "/lib/systemd/system/"};
constexpr const char* system_crontab = "/etc/cron.d/metrics-event";

struct Account {
  std::string name;
  std::string home; // empty: unknown
};

std::vector<std::string_view> split(std::string_view text, char delimiter) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(delimiter);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

// Looks the account up in /etc/passwd. A name service may know others, but may also hang in the
// very outage in which an event is kept; a unit takes the number of an account for its name as
// well.
Account account_of(uid_t user) {
  const std::string number = std::to_string(user);
  if (const auto passwd = read_file("/etc/passwd", {})) {
    for (const std::string_view line : split(*passwd, '\n')) {
      const std::vector<std::string_view> fields = split(line, ':'); // see passwd(5)
      if (fields.size() >= 6 && fields[2] == number) {
        return {std::string{fields[0]}, std::string{fields[5]}};
      }
    }
  }
  return {number, ""};
}

bool has_unit(const std::string& name) {
  return std::ranges::any_of(
      unit_directories, [&name](const char* directory) { return !is_missing(directory + name); });
}

// Returns whether a line of the crontab runs `metrics-event flush` as this account. What cannot be
// read may do so.
bool is_flushed_by_cron(const std::string& account) {
  const auto crontab = read_file(system_crontab, {});
  if (!crontab) {
    return !is_missing(crontab.error());
  }
  std::string text = *crontab;
  std::ranges::replace(text, '\t', ' ');
  return std::ranges::any_of(split(text, '\n'), [&account](std::string_view line) {
    const std::size_t command = line.find("metrics-event flush");
    return !line.starts_with('#') && command != std::string_view::npos &&
           line.substr(0, command).find(' ' + account + ' ') != std::string_view::npos;
  });
}

} // namespace

std::string flush_advice(const SpoolPlace& place) {
  if (!place.is_usual || place.directory.empty()) {
    return "";
  }
  const std::string problem = "nothing seems to flush this spool; ";
  const uid_t user = geteuid();
  const bool is_root = user == 0;
  const Account account = account_of(user);
  const std::string unit = "metrics-event-flush";
  const std::string instance = unit + (is_root ? "" : '@' + account.name);
  // The timer and cron know the home of the account, but not the variables of this process; a
  // drop-in may tell them to the service.
  if (!is_root && !account.home.empty() &&
      place.directory != account.home + "/.local/state/metrics-event/spool" &&
      !has_unit(instance + ".service.d")) {
    return problem + "run metrics-event flush with the same HOME and XDG_STATE_HOME";
  }
  // The links are there in a container as well, where no systemd heeds them.
  const bool is_known =
      !is_missing("/run/systemd/system") && has_unit(unit + (is_root ? ".timer" : "@.timer"));
  if ((is_known && has_unit("timers.target.wants/" + instance + ".timer")) ||
      is_flushed_by_cron(account.name)) {
    return "";
  }
  if (is_known) {
    return problem + (is_root ? "run" : "let root run") + " systemctl enable --now " + instance +
           ".timer";
  }
  return problem + "let cron run metrics-event flush as " + account.name + " in " + system_crontab;
}

std::string with_flush_advice(std::string message, const SpoolPlace& place) {
  const std::string advice = flush_advice(place);
  return std::move(message) + (advice.empty() ? "" : "; " + advice);
}

} // namespace metrics_event
