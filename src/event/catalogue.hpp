#pragma once

#include "event/type.hpp"

namespace metrics_event {

/// The table of built-in events, and nothing else: the flags, the validation, the JSON, `--help`,
/// the man pages, the completions and the README's tables are read off it. Adding an event is one
/// row.
std::span<const EventType> built_in_events();

} // namespace metrics_event
