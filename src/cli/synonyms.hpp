#pragma once

#include <string>
#include <string_view>

namespace metrics_event {

/// Returns what to write instead of a flag that other programs have, such as curl, logcli and gh:
/// `--org-id TENANT` for `--tenant`. `flag` is given with its dashes and without a value. The
/// result is empty when the table has no such flag.
std::string_view option_for(std::string_view flag);

/// Returns how to give an undeclared field whose name was given as an option, such as
/// `; undeclared fields are written build_id=VALUE`; empty for what cannot be the name of a field.
std::string hint_at_field(std::string_view name);

} // namespace metrics_event
