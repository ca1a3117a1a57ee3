#pragma once

#include "settings/table.hpp"

#include <algorithm>
#include <string_view>

namespace metrics_event::testing {

/// Returns the row of a setting, which must exist.
inline const Setting& setting_named(std::string_view name) {
  return *std::ranges::find(all_settings(), name, &Setting::name);
}

} // namespace metrics_event::testing
