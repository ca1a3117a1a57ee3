#include "commands/event_counts.hpp"

namespace metrics_event {
namespace {

std::string events(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " event" : " events");
}

} // namespace

std::string counts(const EventCounts& counts) {
  return "delivered " + std::to_string(counts.delivered) + ", spooled " +
         std::to_string(counts.spooled) + ", refused " + std::to_string(counts.refused) +
         ", invalid " + std::to_string(counts.invalid);
}

JsonObject& add_counts(JsonObject& object, const EventCounts& counts) {
  return object.number("delivered", counts.delivered)
      .number("spooled", counts.spooled)
      .number("refused", counts.refused)
      .number("invalid", counts.invalid)
      .number("repeated", counts.repeated)
      .raw("confirmed", counts.confirmed ? std::to_string(*counts.confirmed) : "null");
}

std::vector<std::string> warnings_about(const EventCounts& counts) {
  std::vector<std::string> warnings;
  if (counts.repeated > 0) {
    warnings.push_back(events(counts.repeated) +
                       " may be stored twice: an answer was lost, and no query could tell whether "
                       "the receiver has stored them; see --query-url");
  }
  if (counts.hidden > 0) {
    warnings.push_back(events(counts.hidden) +
                       " could not be confirmed, because Loki does not yet return entries whose "
                       "time is more than 150 minutes ago");
  }
  return warnings;
}

} // namespace metrics_event
