#pragma once

#include "cli/command.hpp"
#include "event/known_types.hpp"

#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// A text of `metrics-event help TOPIC` that is about neither an event nor a command.
struct HelpTopic {
  std::string_view name;
  std::string_view summary;
  std::string (*text)();
};

/// Returns these topics: the options, and the exit statuses.
std::span<const HelpTopic> help_topics();

/// Returns the text of `-h`: what people need most, on at most 40 lines.
std::string short_help(const EventTypes& types, std::span<const Command> commands);

/// Returns the text of `--help` about an event (snake_case) or a command; an empty topic means the
/// whole program.
std::string help(std::string_view topic, const EventTypes& types,
                 std::span<const Command> commands);

} // namespace metrics_event
