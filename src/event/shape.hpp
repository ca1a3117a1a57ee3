#pragma once

#include "event/type.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The parts of a line that all events of a type share, computed once. The type must outlive this
/// object.
class EventShape {
public:
  explicit EventShape(const EventType& type);

  /// The parts of the line that precede the value of a field.
  struct Slot {
    std::string_view parent; // the nested object that has the field; empty when there is none
    std::string begin;       // the beginning of the member: `,"name":`
  };

  const EventType& type() const { return type_; }

  /// Returns the slot of a field, which must be an element of `type().fields`.
  const Slot& slot(const Field& field) const {
    return slots_[static_cast<std::size_t>(&field - type_.fields.data())];
  }

  /// Returns the member that names the event: `,"event":"runner_start"`.
  const std::string& event_member() const { return event_member_; }

private:
  const EventType& type_;
  std::vector<Slot> slots_;
  std::string event_member_;
};

} // namespace metrics_event
