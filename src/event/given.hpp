#pragma once

#include "base/exit_code.hpp"
#include "event/shape.hpp"
#include "json/reader.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// A field's value as the caller gave it. `field` points into the event's type, or at
/// `timestamp_field`; the text belongs to whoever read it.
struct GivenField {
  enum class Form {
    text,  // of a flag
    since, // a time; the value is how long ago that is
    json,  // of a member of a JSON object
  };

  const Field* field;
  std::string_view text;
  Form form = Form::text;

  /// The name that messages use: `--duration`, `--duration-since`, `duration`.
  std::string name() const;
};

/// How long a COMMAND that was run took, and how it ended.
struct Measurement {
  std::chrono::nanoseconds duration{};
  int exit_code = 0; // 128+n when signal n ended it
};

/// All that is given of an event.
struct GivenEvent {
  std::vector<GivenField> fields{};
  std::vector<Member> extras{};             // what is no field
  bool is_json = false;                     // whether it was a JSON object
  std::optional<Measurement> measurement{}; // fills fields that are declared as measured
};

/// The reason why something is no event.
struct EventMistake {
  ExitCode code;      // usage: a field is missing, given twice or unknown; data: a bad value
  std::string text;   // as a Failure has it
  std::string member; // whose value is bad; empty: none
};

/// Sorts the members of a JSON object into the fields of a type, its timestamp, and extras. The
/// member `ignored`, if any, is passed over. A member that is mixed up with a field is a mistake.
boost::system::result<GivenEvent, EventMistake> sort_members(const EventShape& shape,
                                                             std::span<const Member> members,
                                                             const Member* ignored = nullptr);

/// Finds what of an event is wrong whatever its values are. With `will_measure`, a measurement will
/// fill what is declared as measured.
std::optional<EventMistake> check_names(const EventType& type, const GivenEvent& given,
                                        bool will_measure = false);

/// The value that is given for a field; null: none.
const GivenField* find(std::span<const GivenField> given, const Field& field);

/// Whether a measurement fills a field, unless it is given.
bool is_measured(const Field& field, bool will_measure);

/// Whether the object that a field is a member of is in the event; a field of none always is.
bool has_parent(const EventType& type, std::span<const GivenField> given, const Field& field,
                bool will_measure);

} // namespace metrics_event
