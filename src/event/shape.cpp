#include "event/shape.hpp"

#include "json/writer.hpp"

namespace metrics_event {

EventShape::EventShape(const EventType& type) : type_{type} {
  for (const Field& field : type.fields) {
    slots_.push_back({field.parent, ',' + json_string(member_name(field)) + ':'});
  }
  event_member_ = R"(,"event":)" + json_string(type.name);
}

} // namespace metrics_event
