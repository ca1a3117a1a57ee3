#pragma once

#include "base/value.hpp"
#include "event/given.hpp"
#include "event/shape.hpp"
#include "event/type.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <vector>

namespace metrics_event {

/// One occurrence, validated, and what its model knows about itself.
struct Event {
  std::string name; // snake_case
  Instant timestamp;

  /// The event as one line of compact JSON: timestamp, event, the fields as declared, extras as
  /// given. Frozen.
  std::string line;

  std::vector<std::string> fields_set;      // the names that the caller gave
  std::vector<std::string> computed_fields; // the names that were computed or measured
  std::optional<std::string> extra;         // undeclared members as a JSON object; none: forbidden
  std::vector<std::string> warnings;        // of what was mended
};

/// Builds and validates an event; `now` is its timestamp unless one is given.
boost::system::result<Event, EventMistake> build_event(const EventType& type,
                                                       const GivenEvent& given, Instant now);

/// Like `build_event`, for callers that need only the line: appends it to `line` and returns the
/// timestamp. After a mistake, `line` is unspecified. Warnings go to `warnings`, if anywhere.
boost::system::result<Instant, EventMistake>
append_event(std::string& line, const EventShape& shape, const GivenEvent& given, Instant now,
             std::vector<std::string>* warnings = nullptr);

/// Like `build_event`, but throws a mistake as a Failure.
Event make_event(const EventType& type, const GivenEvent& given, Instant now);

} // namespace metrics_event
