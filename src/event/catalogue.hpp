#pragma once

#include "event/type.hpp"

namespace metrics_event {

/// Returns the table of built-in events. The flags, the validation, the JSON, `--help`, the man
/// pages, the completions and the README's tables are derived from it, so that a new event takes
/// only a new row.
std::span<const EventType> built_in_events();

} // namespace metrics_event
