#pragma once

#include "base/environment.hpp"
#include "settings/table.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// A setting's value as one layer gives it.
struct GivenSetting {
  const Setting* setting;
  std::string text;
  Origin origin;
  bool (*counts)(const Settings& settings) = nullptr; // as FallbackVariable has it
};

/// The values that one place gives: the command line, the environment, a file.
using Layer = std::vector<GivenSetting>;

/// A value given by flag.
GivenSetting given_by_flag(const Setting& setting, std::string text);

/// Reads the environment: for each setting the fallback variables that are set and then its own,
/// which counts most. An empty variable counts as unset.
Layer environment_layer(const Environment& environment);

/// Lays the layers over the defaults, the lowest first; when `only` names settings, the others are
/// left alone. Throws Failure for a bad value or combination.
Resolved resolve(const std::vector<Layer>& layers, std::span<const std::string_view> only = {});

/// Looks at each value of a layer for itself. Throws Failure for a bad one.
void check_values(const Layer& layer);

/// How to report, found out before anything else can go wrong; bad values count as not given.
Output output_of(const std::vector<Layer>& layers);

} // namespace metrics_event
