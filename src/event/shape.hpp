#pragma once

#include "event/type.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The parts of a line that all events of a type share, worked out once. The type must outlive it.
class EventShape {
public:
  explicit EventShape(const EventType& type);

  /// The place of a field in the line.
  struct Slot {
    std::string_view parent; // the nested object that it is a member of; empty: none
    std::string begin;       // of the member in the line: `,"name":`
  };

  const EventType& type() const { return type_; }

  /// By the place of the field in the type.
  const Slot& slot(const Field& field) const {
    return slots_[static_cast<std::size_t>(&field - type_.fields.data())];
  }

  /// The whole member: `,"event":"runner_start"`.
  const std::string& event_member() const { return event_member_; }

private:
  const EventType& type_;
  std::vector<Slot> slots_;
  std::string event_member_;
};

} // namespace metrics_event
