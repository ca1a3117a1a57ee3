#pragma once

#include "base/environment.hpp"
#include "event/extra_field.hpp"
#include "event/given.hpp"

#include <boost/system/result.hpp>

#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// The text that a flag or an environment variable gives a field.
struct FieldText {
  const Field* field;
  std::string text;
  GivenField::Form form = GivenField::Form::text;

  GivenField given() const { return {field, text, form}; }
};

/// The event that a command line describes. Its values are not validated yet.
struct EventArguments {
  const EventType* type = nullptr; // null means no event, or a broken type
  std::vector<FieldText> fields{}; // by flags
  std::vector<ExtraField> extras{};
  std::vector<FieldText> variables{}; // the values of `field_variables`
  bool is_by_key = false;             // whether keys may name fields, as after `send`
};

/// Returns the values of the environment variables that the fields of a type name. A variable that
/// is empty counts as unset.
std::vector<FieldText> field_variables(const EventType& type, const Environment& environment);

/// Returns the fields that the arguments give; `members` are their extra fields as JSON members. A
/// variable fills a field that they do not give and that no measurement will fill, which
/// `will_measure` tells. The result refers to both arguments. Returns a mistake (`usage`) when a
/// key names a field that only a flag gives, or conflicts with a nested object.
boost::system::result<GivenEvent, EventMistake>
given_event(const EventArguments& arguments, std::span<const Member> members, bool will_measure);

} // namespace metrics_event
