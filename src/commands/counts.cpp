#include "commands/counts.hpp"

namespace metrics_event {
namespace {

std::string number_of(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " event" : " events");
}

} // namespace

std::string counts(const EventCounts& events) {
  return "delivered " + std::to_string(events.delivered) + ", spooled " +
         std::to_string(events.spooled) + ", refused " + std::to_string(events.refused) +
         ", invalid " + std::to_string(events.invalid);
}

JsonObject& add_counts(JsonObject& object, const EventCounts& events) {
  return object.number("delivered", events.delivered)
      .number("spooled", events.spooled)
      .number("refused", events.refused)
      .number("invalid", events.invalid)
      .number("repeated", events.repeated)
      .raw("confirmed", events.confirmed ? std::to_string(*events.confirmed) : "null");
}

std::vector<std::string> warnings_about(const EventCounts& events) {
  std::vector<std::string> warnings;
  if (events.repeated > 0) {
    warnings.push_back(number_of(events.repeated) +
                       " may be stored twice: no query could tell whether they were stored before "
                       "they were sent again; see --query-url");
  }
  if (events.hidden > 0) {
    warnings.push_back(number_of(events.hidden) +
                       " could not be confirmed, because Loki does not yet return entries whose "
                       "time is more than 150 minutes ago");
  }
  if (events.behind > 0) {
    warnings.push_back(
        number_of(events.behind) +
        " of this import are too far behind the newest event of the stream; give the "
        "import its own label, such as --label import=2026-11");
  }
  return warnings;
}

} // namespace metrics_event
