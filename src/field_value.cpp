#include "field_value.hpp"

#include "json_reader.hpp"
#include "json_text.hpp"
#include "number.hpp"
#include "pattern.hpp"
#include "text.hpp"

#include <algorithm>
#include <compare>
#include <optional>

namespace metrics_event {
namespace {

bool is_one_of(std::span<const std::string_view> choices, std::string_view text) {
  return choices.empty() || std::ranges::find(choices, text) != choices.end();
}

bool is_same_number(std::string_view left, std::string_view right) {
  const auto plain = plain_number(right);
  return plain && std::is_eq(compare_numbers(left, *plain));
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Parsed<std::string> read_string(const Field& field, std::string_view text) {
  if (!is_utf8(text)) {
    return Mismatch{"valid UTF-8", text};
  }
  const bool is_long_enough = !field.min_length || characters(text) >= *field.min_length;
  const bool is_short_enough = !field.max_length || characters(text) <= *field.max_length;
  const bool matches = field.pattern == nullptr || field.pattern->matches(text);
  return is_one_of(field.choices, text) && is_long_enough && is_short_enough && matches
             ? Parsed<std::string>{json_string(text)}
             : Mismatch{describe(field), text};
}

bool is_within_bounds(const Field& field, std::string_view number) {
  const auto holds = [number](std::string_view bound, bool (*is_fine)(std::partial_ordering)) {
    return bound.empty() || is_fine(compare_numbers(number, bound));
  };
  return holds(field.minimum, std::is_gteq) && holds(field.maximum, std::is_lteq) &&
         holds(field.exclusive_minimum, std::is_gt) && holds(field.exclusive_maximum, std::is_lt);
}

Parsed<std::string> read_number(const Field& field, std::string_view text) {
  const std::optional<std::string> number = plain_number(text);
  if (!number && is_number(text)) {
    return Mismatch{"a number within the range of a double", text};
  }
  const bool is_whole =
      field.type != FieldType::integer || text.find_first_of(".eE") == std::string_view::npos;
  const bool is_choice =
      field.choices.empty() || (number && std::ranges::any_of(field.choices, [&](auto choice) {
                                  return is_same_number(*number, choice);
                                }));
  return number && is_whole && is_choice && is_within_bounds(field, *number)
             ? Parsed<std::string>{*number}
             : Mismatch{describe(field), text};
}

Parsed<std::string> read_boolean(const Field& field, std::string_view text) {
  return (text == "true" || text == "false") && is_one_of(field.choices, text)
             ? Parsed<std::string>{std::string{text}}
             : Mismatch{describe(field), text};
}

Parsed<std::string> read_timestamp(const Parsed<Instant>& time) {
  return time ? Parsed<std::string>{unix_seconds(*time)} : time.error();
}

// A text is told from what it looks like.
Mismatch mismatch_of_json(const Field& field, std::string_view json) {
  const auto text = string_value(json);
  Mismatch mismatch{describe(field), text.value_or(std::string{json})};
  if (text) {
    mismatch.text = "expected " + describe(field) + ", got the text " + quote(*text);
  }
  return mismatch;
}

// 5.0 as 5, and anything else as it is.
std::string_view without_zero_fraction(std::string_view number) {
  const std::size_t point = number.find('.');
  return point != number.npos && number.find_first_not_of('0', point + 1) == number.npos
             ? number.substr(0, point)
             : number;
}

} // namespace

Parsed<std::string> read_text(const Field& field, std::string_view text) {
  switch (field.type) {
  case FieldType::string: return read_string(field, text);
  case FieldType::number:
  case FieldType::integer: return read_number(field, text);
  case FieldType::boolean: return read_boolean(field, text);
  case FieldType::timestamp: break;
  }
  return read_timestamp(parse_timestamp(text));
}

Parsed<std::string> read_json(const Field& field, std::string_view json) {
  switch (field.type) {
  case FieldType::string:
    if (const auto text = string_value(json)) {
      return read_string(field, *text);
    }
    break;
  case FieldType::number:
    if (is_number(json)) {
      return read_number(field, json);
    }
    break;
  case FieldType::integer:
    if (const auto plain = plain_number(json)) {
      return read_number(field, without_zero_fraction(*plain));
    }
    break;
  case FieldType::boolean:
    if (json == "true" || json == "false") {
      return read_boolean(field, json);
    }
    break;
  case FieldType::timestamp: return read_timestamp(read_json_time(json));
  }
  return mismatch_of_json(field, json);
}

Parsed<Instant> read_json_time(std::string_view json) {
  if (const auto text = string_value(json)) {
    return parse_timestamp(*text);
  }
  return parse_timestamp(plain_number(json).value_or(std::string{json}));
}

} // namespace metrics_event
