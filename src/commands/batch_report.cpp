#include "commands/batch_report.hpp"

namespace metrics_event {

std::string counts(const BatchReport& report) {
  return "delivered " + std::to_string(report.delivered) + ", spooled " +
         std::to_string(report.spooled) + ", refused " + std::to_string(report.refused) +
         ", invalid " + std::to_string(report.invalid);
}

std::string to_result(const BatchReport& report, const RunOutcome& outcome) {
  if (outcome.output != Output::json) {
    return "";
  }
  return result_head(outcome)
             .text_or_null("url", report.url)
             .number("delivered", report.delivered)
             .number("spooled", report.spooled)
             .number("refused", report.refused)
             .number("invalid", report.invalid)
             .number("elapsed_ms", report.elapsed.count())
             .raw("error", error_object(outcome.failure, ""))
             .str() +
         '\n';
}

} // namespace metrics_event
