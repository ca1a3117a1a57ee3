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

/// The value of a field as the caller gave it. `field` points into the event's type, or to
/// `timestamp_field`. The caller owns the text, which must outlive this object.
struct GivenField {
  enum class Form {
    text,     // the value of a flag
    since,    // a time; the field's value is the seconds since then
    variable, // the value of the field's environment variable
    json,     // the value of a member of a JSON object
  };

  const Field* field;
  std::string_view text;
  Form form = Form::text;

  /// Returns the name that messages use: `--duration`, `--duration-since`, `duration` or the name
  /// of the variable.
  std::string name() const;
};

/// The duration and the exit status of a COMMAND that was run.
struct Measurement {
  std::chrono::nanoseconds duration{};
  int exit_code = 0; // 128+n when signal n ended it
};

/// Everything that the caller gave for an event.
struct GivenEvent {
  std::vector<GivenField> fields{};
  std::vector<Member> extras{};
  /// Whether messages name a missing field as a member of a JSON object, not as an argument.
  bool is_json = false;
  bool takes_variables = false; // whether such a message names the field's variable as well
  std::optional<Measurement> measurement{}; // fills the measured fields
};

/// The reason why the given values do not make a valid event.
struct EventMistake {
  ExitCode code;      // usage: a field is missing, given twice or unknown; data: a bad value
  std::string text;   // the message, in the form of a Failure's text
  std::string member; // the member whose value is bad; empty when there is none
  std::vector<EventMistake> further{}; // the other bad values of the event, in order
};

/// Returns the first of several mistakes, which has the others as its further ones.
EventMistake first_of(std::vector<EventMistake> mistakes);

/// Returns the Failure that reports a mistake and its further ones, each on a line.
Failure failure_of(const EventMistake& mistake);

/// Sorts the members of a JSON object into fields of a type, the timestamp, and extra members, and
/// skips the member `ignored`. Returns a mistake (`usage`) when a member conflicts with the nested
/// fields of the type, such as a member `a.b` where the field is b of the object a.
boost::system::result<GivenEvent, EventMistake> sort_members(const EventShape& shape,
                                                             std::span<const Member> members,
                                                             const Member* ignored = nullptr);

/// Checks the names in an event, whatever their values are. Returns a mistake (`usage`) when a
/// field is given twice or missing, or an extra member is not allowed. With `will_measure`, a
/// measurement will fill the fields that are declared as measured, so that none of them is missing.
std::optional<EventMistake> check_names(const EventType& type, const GivenEvent& given,
                                        bool will_measure = false);

/// Returns the value that is given for a field, or null when there is none.
const GivenField* find(std::span<const GivenField> given, const Field& field);

/// Returns true when a measurement will fill a field that is not given.
bool is_measured(const Field& field, bool will_measure);

/// Returns true when the event has the optional object that a field is a member of, because a value
/// of one of its members is given or measured. For any other field it returns true.
bool has_parent(const EventType& type, std::span<const GivenField> given, const Field& field,
                bool will_measure);

} // namespace metrics_event
