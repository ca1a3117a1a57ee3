#pragma once

#include "settings/layers.hpp"
#include "settings/places.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The files to read, the one that counts least first: those in the directories of configuration,
/// or the one that `--config` or its variable names, or none at all.
std::vector<ConfigPlace> config_places(const std::vector<Layer>& layers,
                                       std::span<const std::string> directories);

/// What a configuration file (TOML 1.0) gives. A list setting is an array of strings, or a table of
/// names and values. Throws Failure (config) that starts with `path:line:column:` for a text that
/// is not TOML, a key that is no setting, and a value of the wrong kind.
Layer config_layer(std::string_view toml, const std::string& path);

} // namespace metrics_event
