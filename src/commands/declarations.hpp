#pragma once

#include "commands/run.hpp"
#include "event/known_types.hpp"

#include <span>
#include <string>

namespace metrics_event {

/// Returns all event types: the built-in ones and those declared by files `NAME.json`, where NAME
/// is the event name in any of its spellings, in the directories of `event_directories`;
/// `arguments` may name one with --events. A later directory takes precedence over an earlier one.
/// When two files of one directory declare the same event, the second one is reported as broken. A
/// directory that cannot be read causes a Failure when the types are looked up: noinput when a flag
/// names it; config when it comes from elsewhere but was named explicitly, or when its permissions
/// deny access; otherwise tempfail.
EventTypes event_types(const App& app, std::span<const std::string> arguments);

} // namespace metrics_event
