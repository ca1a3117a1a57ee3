#pragma once

#include "base/environment.hpp"
#include "settings/specifiers.hpp"
#include "settings/table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The text that one layer gives for a setting, and where it stands.
struct GivenSetting {
  const Setting* setting;
  std::string text;
  Origin origin;
  bool (*applies)(const Settings& settings) = nullptr; // see FallbackVariable
};

/// All values from one source: the command line, the environment or a file.
using Layer = std::vector<GivenSetting>;

/// Returns the value that a flag of the command line gives.
GivenSetting given_by_flag(const Setting& setting, std::string text);

/// Reads the environment. The variable of a setting takes precedence over its fallback variables,
/// and so follows them in the layer. An empty variable counts as unset. The variable of a list has
/// one item a line, whose end may be that of Windows.
Layer environment_layer(const Environment& environment);

/// Returns whether an environment variable belongs to the settings: it is a fallback variable of
/// one, or its name begins with METRICS_EVENT_ or LOKI_ or ends with _proxy, in lower or upper
/// case.
bool is_variable_of_settings(std::string_view name);

/// Applies the layers to the defaults, in ascending order of precedence. Throws Failure when a
/// value is not valid or two settings exclude each other: usage when a flag is involved, config
/// otherwise.
///
/// `heeded` lists the settings that the command reads (see `names_setting`). Any other setting must
/// not stop the command: it is resolved as well, but keeps its default when its value is not valid,
/// no rule applies to it, and it has no origin.
Resolved resolve(const std::vector<Layer>& layers, std::string_view heeded = "");

/// Expands the specifiers in the labels and the metadata of the settings that the layers resolve to
/// (see `expand_specifiers`). Throws Failure (config) that names the origin of a value, also a
/// flag, when the expanded value is not that of a label, or there is none: the command line is
/// right, but the host is not ready.
void expand_labels(Resolved& resolved, const std::vector<Layer>& layers, const HostIdentity& host);

/// Checks each value of a layer, but not their combination. Throws Failure (usage for a flag,
/// config otherwise) when a value is not valid.
void check_values(const Layer& layer);

/// Returns the output format on its own, so that an error in another setting can be reported in it.
/// A value that is not valid is ignored.
Output output_of(const std::vector<Layer>& layers);

} // namespace metrics_event
