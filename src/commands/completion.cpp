#include "commands/completion.hpp"

#include "cli/completion.hpp"

namespace metrics_event {

void run_completion(const Run& run, RunOutcome&) {
  const CommandLine& line = run.line;
  std::string text;
  if (line.operand) {
    text = completion_script(*line.operand, run.app.commands);
  }
  if (line.options.is_on("list-events")) {
    text += listed_events(run.types);
  }
  if (const auto event = line.options.given("list-fields")) {
    text += listed_fields(*event, run.types);
  }
  run.context.console.print(text);
}

} // namespace metrics_event
