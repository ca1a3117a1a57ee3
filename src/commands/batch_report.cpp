#include "commands/batch_report.hpp"

namespace metrics_event {

std::string to_result(const BatchReport& report, const RunOutcome& outcome) {
  if (outcome.output != Output::json) {
    return "";
  }
  JsonObject object = result_head(outcome);
  object.text_or_null("url", report.url);
  return add_counts(object, report.counts)
             .number("elapsed_ms", report.elapsed.count())
             .raw("error", error_object(outcome.failure, ""))
             .str() +
         '\n';
}

} // namespace metrics_event
