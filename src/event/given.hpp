#pragma once

#include "base/exit_code.hpp"
#include "event/type.hpp"
#include "json/reader.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// A given field, its text kept by somebody else.
struct FieldView {
  const Field* field;
  std::string_view text;
  GivenField::Form form = GivenField::Form::json;

  std::string name() const;
};

/// A given event, its texts kept by somebody else.
struct GivenView {
  std::vector<FieldView> fields{};
  std::vector<MemberView> extras{};
  bool is_json = false;
  std::optional<Measurement> measurement{};
};
GivenView view_of(const GivenEvent& given);

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
std::optional<EventMistake> check_names(const EventType& type, const GivenView& given,
                                        bool will_measure = false);
std::optional<EventMistake> check_names(const EventType& type, const GivenEvent& given,
                                        bool will_measure = false);

/// The value that is given for a field; null: none.
const FieldView* find(std::span<const FieldView> given, const Field& field);

/// Whether a measurement fills a field, unless it is given.
bool is_measured(const Field& field, bool will_measure);

/// Whether the object that a field is a member of is in the event; a field of none always is.
bool has_parent(const EventType& type, std::span<const FieldView> given, const Field& field,
                bool will_measure);

} // namespace metrics_event
