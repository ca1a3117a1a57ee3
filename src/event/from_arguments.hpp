#pragma once

#include "event/extra_field.hpp"
#include "event/given.hpp"

#include <boost/system/result.hpp>

#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// A flag that gives the value of a field.
struct FieldFlag {
  const Field* field;
  std::string text;
  GivenField::Form form = GivenField::Form::text;

  GivenField given() const { return {field, text, form}; }
};

/// The event that a command line describes. Its values are not validated yet.
struct EventArguments {
  const EventType* type = nullptr; // null means no event, or a broken type
  std::vector<FieldFlag> fields{};
  std::vector<ExtraField> extras{};
  bool is_by_key = false; // whether keys may name fields, as after `send`
};

/// Returns the fields that the arguments give; `members` are their extra fields as JSON members.
/// The result refers to both arguments. Returns a mistake (`usage`) when a key names a field that
/// only a flag gives, or conflicts with a nested object.
boost::system::result<GivenEvent, EventMistake> given_event(const EventArguments& arguments,
                                                            std::span<const Member> members);

} // namespace metrics_event
