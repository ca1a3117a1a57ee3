#include "commands/run.hpp"

namespace metrics_event {

JsonObject result_head(const RunOutcome& outcome, std::string_view status) {
  JsonObject object;
  if (!status.empty()) {
    object.text("status", status);
  }
  object.number("exit_code", static_cast<int>(outcome.exit_code()));
  return object;
}

std::string failure_result(const RunOutcome& outcome) {
  return outcome.failure && outcome.output == Output::json
             ? result_head(outcome).raw("error", error_object(outcome.failure, "")).str() + '\n'
             : "";
}

std::string error_object(const std::optional<Failure>& failure, const std::string& response) {
  return failure ? JsonObject{}
                       .text("kind", name_of(failure->code()))
                       .text("message", failure->text())
                       .text_or_null("response", response)
                       .str()
                 : "null";
}

} // namespace metrics_event
