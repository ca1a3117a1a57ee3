#pragma once

#include "cli/command.hpp"
#include "event/known_types.hpp"

#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// Returns the completion script of a shell: `completions/` has the scripts. Throws Failure (usage)
/// when the shell has none.
std::string_view completion_script(std::string_view shell);

/// Returns what a completion script offers for the last of `words`. These are the words of a
/// command line between the program's name and the cursor, without quotes; there must be at least
/// one. Throws Failure when the event that they name cannot be used.
///
/// Each line is an offer: a word, its description, and the placeholder of its value when it is an
/// option that needs one, with tabs between them. A line that begins with a tab is not an offer,
/// but makes the script complete names of files itself: `files` or `directories`, a tab, and the
/// part of the last word that stands before the name.
std::string completion_offers(std::span<const std::string> words, const EventTypes& types,
                              std::span<const Command> commands);

} // namespace metrics_event
