#pragma once

#include "process.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace metrics_event::testing {

/// Runs a script that boots something on an overlay of this machine (see overlay_root.sh), with a
/// directory that it works in, in namespaces of all kinds and a cgroup of its own. Returns nullopt
/// where that is not allowed: report a skipped test.
std::optional<Outcome> boot(const std::string& script, const std::filesystem::path& directory);

/// Copies a program without what only a debugger needs: some /dev/shm have no room for that.
void strip(const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace metrics_event::testing
