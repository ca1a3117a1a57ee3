#pragma once

#include "event/pattern.hpp"
#include "event/type.hpp"

#include <algorithm>

namespace metrics_event::testing {

inline bool is_same(const Field* one, const Field* other);

/// Whether two fields are the same in all that they say.
inline bool is_same(const Field& one, const Field& other) {
  const auto pattern = [](const Field& field) {
    return field.pattern == nullptr ? "" : field.pattern->text();
  };
  return one.name == other.name && one.type == other.type && one.help == other.help &&
         one.required == other.required && one.in_optional_object == other.in_optional_object &&
         one.unit == other.unit && one.measured == other.measured &&
         one.variable == other.variable && one.minimum == other.minimum &&
         one.maximum == other.maximum && one.exclusive_minimum == other.exclusive_minimum &&
         one.exclusive_maximum == other.exclusive_maximum && one.min_length == other.min_length &&
         one.max_length == other.max_length && one.multiple_of == other.multiple_of &&
         one.parent == other.parent && one.format == other.format &&
         one.has_flag == other.has_flag && one.schema == other.schema &&
         (one.rule == nullptr) == (other.rule == nullptr) && is_same(one.item, other.item) &&
         std::ranges::equal(one.examples, other.examples) && pattern(one) == pattern(other) &&
         (one.pattern == nullptr) == (other.pattern == nullptr) &&
         std::ranges::equal(one.choices, other.choices) && one.default_value == other.default_value;
}

/// Whether both are the same or neither is there.
inline bool is_same(const Field* one, const Field* other) {
  return one == nullptr || other == nullptr ? one == other : is_same(*one, *other);
}

/// Whether two event types are, but for the files that they are from.
inline bool is_same(const EventType& one, const EventType& other) {
  return one.name == other.name && one.help == other.help &&
         one.takes_extras == other.takes_extras && is_same(one.extras, other.extras) &&
         is_same(one.timestamp, other.timestamp) &&
         std::ranges::equal(one.fields, other.fields,
                            [](const Field& a, const Field& b) { return is_same(a, b); });
}

} // namespace metrics_event::testing
