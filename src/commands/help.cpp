#include "commands/help.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/help.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

std::string version_line() {
  return "metrics-event " + std::string{version} + " (" + std::string{libraries} + ")\n";
}

std::string help_on(const std::string& word, const EventTypes& types,
                    std::span<const Command> commands) {
  const auto topics = help_topics();
  if (const auto topic = std::ranges::find(topics, word, &HelpTopic::name); topic != topics.end()) {
    return topic->text();
  }
  if (find_command(commands, word) != nullptr) {
    return help(word, types, commands);
  }
  const auto name = event_name(word);
  if (name && types.find(*name) != nullptr) {
    return help(*name, types, commands);
  }
  const std::vector<std::string> events = types.names();
  std::vector<std::string_view> known{events.begin(), events.end()};
  for (const Command& command : commands) {
    known.push_back(command.name);
  }
  for (const HelpTopic& topic : topics) {
    known.push_back(topic.name);
  }
  const std::string hint = did_you_mean(word, known);
  throw Failure{ExitCode::usage, "there is no help on " + quote(word) +
                                     (hint.empty() ? "; see metrics-event help" : hint)};
}

} // namespace

void print_info(const App& app, const CommandLine& line, const EventTypes& types) {
  const bool is_short = line.info == CommandLine::Info::short_help && line.topic.empty();
  app.context.console.show(line.info == CommandLine::Info::program_version ? version_line()
                           : is_short ? short_help(types, app.commands)
                                      : help(line.topic, types, app.commands));
}

void run_help(const Run& run, RunOutcome&) {
  const auto& word = run.line.operand;
  run.context.console.show(word ? help_on(*word, run.types, run.app.commands)
                                : short_help(run.types, run.app.commands));
}

void run_version(const Run& run, RunOutcome&) {
  run.context.console.show(version_line());
}

} // namespace metrics_event
