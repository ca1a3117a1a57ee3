#pragma once

#include "event_type.hpp"
#include "value.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// A field's value as the caller gave it. `field` points into the event's type, or at
/// `timestamp_field`.
struct GivenField {
  const Field* field;
  std::string text;
};

/// One occurrence, validated, and what its model knows about itself.
struct Event {
  std::string name; // snake_case
  Instant timestamp;

  /// The event as one line of compact JSON: timestamp, event, the fields as declared. Frozen.
  std::string line;

  std::vector<std::string> fields_set;      // the names that the caller gave
  std::vector<std::string> computed_fields; // the names that were computed
  std::optional<std::string> extra;         // undeclared members as a JSON object; none: forbidden
};

/// Builds and validates an event; `now` is its timestamp unless the caller gave one. Throws
/// Failure: usage for a field that is missing or given twice, data for a value that its type does
/// not allow.
Event make_event(const EventType& type, std::span<const GivenField> given, Instant now);

} // namespace metrics_event
