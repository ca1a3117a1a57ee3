#include "commands/schema.hpp"

#include "base/text.hpp"
#include "commands/type_list.hpp"
#include "loki/logql.hpp"
#include "schema/writer.hpp"

namespace metrics_event {
namespace {

const EventType& type_named(const std::string& word, const EventTypes& types) {
  const auto name = event_name(word);
  const EventType* const type = name ? types.find(*name) : nullptr;
  if (type == nullptr) {
    const std::vector<std::string> names = types.names();
    const std::string hint =
        did_you_mean(word, std::vector<std::string_view>{names.begin(), names.end()});
    throw Failure{ExitCode::usage, "unknown event " + quote(word) +
                                       (hint.empty() ? "; see metrics-event schema" : hint)};
  }
  return *type;
}

} // namespace

void run_schema(const Run& run, RunOutcome&) {
  const Settings& settings = run.resolved.settings;
  const bool wants_queries = run.line.options.is_on("logql");
  const Console& console = run.context.console;
  if (run.line.operand) {
    const EventType& type = type_named(*run.line.operand, run.types);
    console.show(wants_queries ? logql(type, settings.labels) : event_schema(type));
  } else if (wants_queries) {
    throw Failure{ExitCode::usage, "--logql needs EVENT; see metrics-event schema --help"};
  } else {
    console.show(settings.output == Output::json ? events_to_json(run.types)
                                                 : events_to_text(run.types, run.app.commands));
  }
}

} // namespace metrics_event
