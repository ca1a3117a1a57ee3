#pragma once

#include "settings/layers.hpp"
#include "settings/places.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Returns the configuration files to read, in ascending order of precedence: `config.toml` in each
/// of `directories`, or only the file that `--config` or its variable names. The name `none` gives
/// no file at all.
std::vector<ConfigPlace> config_places(const std::vector<Layer>& layers,
                                       std::span<const std::string> directories);

/// Returns the settings in the text of a configuration file (TOML 1.0). A list setting is an array
/// of strings, or a table of names and values. Throws Failure (config), with a message that starts
/// with `path:line:column:`, when the text is not TOML, a key does not name a setting, or a value
/// is of the wrong type.
Layer config_layer(std::string_view toml, const std::string& path);

} // namespace metrics_event
