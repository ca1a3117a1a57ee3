#pragma once

#include <string_view>

namespace metrics_event {

/// Returns what to write instead of a flag that other programs have, such as curl, logcli and gh:
/// `--org-id TENANT` for `--tenant`. `flag` is given with its dashes and without a value. The
/// result is empty when the table has no such flag.
std::string_view option_for(std::string_view flag);

} // namespace metrics_event
