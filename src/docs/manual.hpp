#pragma once

#include "cli/command.hpp"
#include "event/type.hpp"

#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// The markup of a document.
enum class Markup { markdown, mdoc };

/// Returns a document whose generated parts are made anew from the tables. A part stands between a
/// line that holds `begin NAME` in a comment and one that holds `end NAME`; all else is prose and
/// stays. Throws std::runtime_error for a part that does not end.
std::string with_generated_parts(std::string_view document, Markup markup,
                                 std::span<const EventType> events,
                                 std::span<const Command> commands);

} // namespace metrics_event
