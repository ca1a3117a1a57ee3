#include "docs/documents.hpp"

#include "commands/table.hpp"
#include "docs/manual.hpp"
#include "docs/sample_config.hpp"
#include "event/catalogue.hpp"

namespace metrics_event {

std::vector<Document> documents() {
  const auto with_parts_in = [](Markup markup) {
    return [markup](const std::string& now) {
      return with_generated_parts(now, markup, built_in_events(), all_commands());
    };
  };
  return {
      {"README.md", with_parts_in(Markup::markdown)},
      {"man/metrics-event.1", with_parts_in(Markup::mdoc)},
      {"man/metrics-event.conf.5", with_parts_in(Markup::mdoc)},
      {"man/metrics-event-events.7", with_parts_in(Markup::mdoc)},
      {"packaging/config.toml", [](const std::string&) { return sample_config(); }},
  };
}

} // namespace metrics_event
