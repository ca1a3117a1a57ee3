#pragma once

#include "base/environment.hpp"
#include "base/origin.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Where a user's configuration and what programs keep for him is, by the XDG Base Directory
/// Specification: `$XDG_CONFIG_HOME` or `~/.config`, `$XDG_STATE_HOME` or `~/.local/state`. Empty
/// when the environment does not say; a relative path counts as nothing.
std::string config_home(const Environment& environment);
std::string state_home(const Environment& environment);

/// The directories that may hold configuration: the system's, and that of the user if he has a
/// home; the one that counts least first.
std::vector<std::string> config_directories(const Environment& environment);

/// A file or a directory of configuration.
struct ConfigPlace {
  std::string path;
  std::optional<Origin> asked_by; // what names it; none: a usual one, which may be missing
};

/// The directories in which event types are declared: those in the directories of configuration,
/// and the one that the flag `--events` or else its variable names; the one that counts least
/// first.
std::vector<ConfigPlace> event_directories(std::span<const std::string> config_directories,
                                           const Environment& environment,
                                           const std::optional<std::string>& flag);

/// The usual spool: `/var/spool/metrics-event` of root, `metrics-event/spool` in the state of
/// others; empty where the environment does not say where that is.
std::string usual_spool(const Environment& environment, bool is_root);

/// What is to be said when that is empty.
inline constexpr std::string_view no_usual_spool =
    "neither XDG_STATE_HOME nor HOME says where the usual spool is, name a directory";

} // namespace metrics_event
