#include "commands/completion.hpp"

#include "cli/completion.hpp"
#include "commands/declarations.hpp"

namespace metrics_event {

void run_completion(const Run& run, RunOutcome&) {
  const App& app = run.app;
  const std::string_view script = completion_script(run.line.operand.value());
  const std::vector<std::string> words = run.line.options.texts("word");
  if (words.empty()) {
    app.context.console.show(script);
    return;
  }
  std::vector<std::string> arguments = app.arguments;
  arguments.insert(arguments.end(), words.begin(), words.end()); // they may have --events
  std::string offers;
  try {
    offers = completion_offers(words, event_types(app, arguments), app.commands);
  } catch (const Failure&) {
    offers = completion_offers(words, EventTypes{app.events}, app.commands);
  }
  app.context.console.show(offers);
}

} // namespace metrics_event
