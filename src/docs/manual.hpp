#pragma once

#include "cli/command.hpp"
#include "event/type.hpp"

#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// The markup language of a document.
enum class Markup { markdown, mdoc };

/// Returns a document with its generated parts replaced from the tables. A part stands between a
/// line with `begin NAME` in a comment and one with `end NAME`; everything else is kept. In a man
/// page, each command is a part of its own: `command-flush`. Throws
/// std::runtime_error for a part without an end.
std::string with_generated_parts(std::string_view document, Markup markup,
                                 std::span<const EventType> events,
                                 std::span<const Command> commands);

} // namespace metrics_event
