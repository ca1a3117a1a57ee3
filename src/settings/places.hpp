#pragma once

#include "base/environment.hpp"
#include "base/origin.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// These return the base directories of a user's configuration and state, by the XDG Base Directory
/// Specification: `$XDG_CONFIG_HOME` or `~/.config`, `$XDG_STATE_HOME` or `~/.local/state`. A
/// relative path counts as unset, as the specification says. The result is empty when neither the
/// variable nor HOME is set. An environment does not have these variables where they name a
/// directory of another user, which cannot be entered.
std::string config_home(const Environment& environment);
std::string state_home(const Environment& environment);

/// Returns the directories that may hold configuration, in ascending order of precedence: that of
/// the system, and that of the user when `config_home` is not empty.
std::vector<std::string> config_directories(const Environment& environment);

/// A configuration file, or a directory of event types.
struct ConfigPlace {
  std::string path;
  std::optional<Origin> asked_by; // none: a default place, which may be missing
};

/// Returns the directories that declare event types, in ascending order of precedence: `events.d`
/// in each configuration directory, then the directory that the flag `--events` names, or else its
/// variable METRICS_EVENT_EVENTS.
std::vector<ConfigPlace> event_directories(std::span<const std::string> config_directories,
                                           const Environment& environment,
                                           const std::optional<std::string>& flag);

/// Returns the default spool directory: `/var/spool/metrics-event` for root, `metrics-event/spool`
/// below `state_home` for other users. The result is empty when `state_home` is.
std::string usual_spool(const Environment& environment, bool is_root);

/// Returns the directory for the positions of `batch --resume`: `/var/lib/metrics-event` for root,
/// `metrics-event` below `state_home` for other users. The result is empty when `state_home` is.
std::string position_directory(const Environment& environment, bool is_root);

/// The error message for an empty `position_directory`.
inline constexpr std::string_view no_position_directory =
    "neither XDG_STATE_HOME nor HOME names a directory that can be entered; set XDG_STATE_HOME to "
    "keep the positions of files";

/// The error message for an empty `usual_spool`.
inline constexpr std::string_view no_usual_spool =
    "neither XDG_STATE_HOME nor HOME names a directory that can be entered; name one for the spool";

} // namespace metrics_event
