#include "event/shape.hpp"

#include "json/writer.hpp"

namespace metrics_event {

EventShape::EventShape(const EventType& type) : type_{type} {
  for (const Field& field : type.fields) {
    const std::string_view parent = parent_of(field.name);
    const std::size_t in_parent = parent.empty() ? 0 : parent.size() + 1;
    slots_.push_back({parent, ',' + json_string(field.name.substr(in_parent)) + ':'});
  }
  event_member_ = R"(,"event":)" + json_string(type.name);
}

} // namespace metrics_event
