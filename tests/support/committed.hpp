#pragma once

#include <string>
#include <string_view>

namespace metrics_event::testing {

/// Checks that a file of the source tree, by its path in there, is what it should be; `./dev docs`
/// writes it instead.
void check_committed(std::string_view file, const std::string& expected);

} // namespace metrics_event::testing
