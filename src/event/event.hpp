#pragma once

#include "base/time.hpp"
#include "event/given.hpp"
#include "event/shape.hpp"
#include "event/type.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <vector>

namespace metrics_event {

/// A validated event, with the names of the fields that were given and that were computed.
struct Event {
  std::string name; // snake_case
  Instant timestamp;

  /// The event as one line of compact JSON: the timestamp, the name, the fields in the order of
  /// their declaration, then the extra fields in the order given. The format is frozen.
  std::string line;

  std::vector<std::string> fields_set;      // the names that the caller gave
  std::vector<std::string> computed_fields; // the names that were computed or measured
  std::optional<std::string> extra;         // undeclared members as an object; nullopt: forbidden
  std::vector<std::string> warnings;        // one for each value that is odd or was corrected
};

/// Builds and validates an event. Its timestamp is `now` unless one is given. Returns a mistake
/// with `usage` when a field is missing, repeated or unknown, and with `data` when a value is bad.
boost::system::result<Event, EventMistake> build_event(const EventType& type,
                                                       const GivenEvent& given, Instant now);

/// Builds an event for callers that need only the line: appends it to `line` and returns the
/// timestamp. After a mistake, `line` is unspecified. Warnings are added to `warnings` unless it is
/// null.
boost::system::result<Instant, EventMistake>
append_event(std::string& line, const EventShape& shape, const GivenEvent& given, Instant now,
             std::vector<std::string>* warnings = nullptr);

} // namespace metrics_event
