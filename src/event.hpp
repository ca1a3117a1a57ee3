#pragma once

#include "event_type.hpp"
#include "exit_code.hpp"
#include "json_reader.hpp"
#include "value.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// A field's value as the caller gave it. `field` points into the event's type, or at
/// `timestamp_field`.
struct GivenField {
  enum class Form {
    text,  // of a flag
    since, // a time; the value is how long ago that is
    json,  // of a member of a JSON object
  };

  const Field* field;
  std::string text;
  Form form = Form::text;

  /// What messages call it: `--duration`, `--duration-since`, `duration`.
  std::string name() const;
};

/// What a COMMAND that was run has shown.
struct Measurement {
  std::chrono::nanoseconds duration{};
  int exit_code = 0; // 128+n when signal n ended it
};

/// All that is given of an event.
struct GivenEvent {
  std::vector<GivenField> fields{};
  Members extras{};                         // what is no field
  bool is_json = false;                     // whether it was a JSON object
  std::optional<Measurement> measurement{}; // fills fields that are declared as measured
};

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

/// Why something is no event.
struct EventMistake {
  ExitCode code;      // usage: a field is missing, given twice or unknown; data: a bad value
  std::string text;   // as a Failure has it
  std::string member; // whose value is bad; empty: none
};

/// Sorts the members of a JSON object into the fields of a type, its timestamp, and extras.
GivenEvent sort_members(const EventType& type, const Members& members);

/// What of an event is wrong whatever its values are. With `will_measure`, a measurement will fill
/// what is declared as measured.
std::optional<EventMistake> check_names(const EventType& type, const GivenEvent& given,
                                        bool will_measure = false);

/// Builds and validates an event; `now` is its timestamp unless one is given.
boost::system::result<Event, EventMistake> build_event(const EventType& type,
                                                       const GivenEvent& given, Instant now);

/// The same; a mistake is thrown as a Failure.
Event make_event(const EventType& type, const GivenEvent& given, Instant now);

} // namespace metrics_event
