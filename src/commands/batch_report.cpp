#include "commands/batch_report.hpp"

#include "commands/send_report.hpp"
#include "json/writer.hpp"

namespace metrics_event {

std::string counts(const BatchReport& report) {
  return "delivered " + std::to_string(report.delivered) + ", spooled " +
         std::to_string(report.spooled) + ", refused " + std::to_string(report.refused) +
         ", invalid " + std::to_string(report.invalid);
}

std::string to_json(const BatchReport& report) {
  return JsonObject{}
             .raw("exit_code", std::to_string(static_cast<int>(report.exit_code)))
             .raw("url", report.url.empty() ? "null" : json_string(report.url))
             .raw("delivered", std::to_string(report.delivered))
             .raw("spooled", std::to_string(report.spooled))
             .raw("refused", std::to_string(report.refused))
             .raw("invalid", std::to_string(report.invalid))
             .raw("elapsed_ms", std::to_string(report.elapsed.count()))
             .raw("error", error_object(report.failure, ""))
             .str() +
         '\n';
}

} // namespace metrics_event
