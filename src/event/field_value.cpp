#include "event/field_value.hpp"

#include "base/text.hpp"
#include "event/json_rule.hpp"
#include "event/pattern.hpp"
#include "json/number.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

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

bool is_within_limits(const Field& field, std::string_view text) {
  const bool is_long_enough = !field.min_length || characters(text) >= *field.min_length;
  const bool is_short_enough = !field.max_length || characters(text) <= *field.max_length;
  const bool matches = field.pattern == nullptr || field.pattern->matches(text);
  return is_one_of(field.choices, text) && is_long_enough && is_short_enough && matches;
}

bool takes_any_text(const Field& field) {
  return field.choices.empty() && !field.min_length && !field.max_length &&
         field.pattern == nullptr;
}

bool is_within_bounds(const Field& field, std::string_view number) {
  const auto holds = [number](std::string_view bound, bool (*is_fine)(std::partial_ordering)) {
    return bound.empty() || is_fine(compare_numbers(number, bound));
  };
  return holds(field.minimum, std::is_gteq) && holds(field.maximum, std::is_lteq) &&
         holds(field.exclusive_minimum, std::is_gt) && holds(field.exclusive_maximum, std::is_lt) &&
         (field.multiple_of.empty() || is_multiple_of(number, field.multiple_of));
}

// Appends a plain number after checking it. `text` is its spelling, which messages show, and which
// must have neither a fraction nor an exponent when the field is an integer.
std::optional<Mismatch> append_plain(std::string& out, const Field& field, std::string_view number,
                                     std::string_view text) {
  const bool is_whole =
      field.type != FieldType::integer || (text.find('.') == text.npos && !has_exponent(text));
  const bool is_choice = field.choices.empty() || std::ranges::any_of(field.choices, [&](auto one) {
                           return is_same_number(number, one);
                         });
  if (!is_whole || !is_choice || !is_within_bounds(field, number)) {
    return Mismatch{describe(field), text};
  }
  out += number;
  return std::nullopt;
}

std::optional<Mismatch> append_number(std::string& out, const Field& field, std::string_view text) {
  const std::optional<std::string> number = plain_number(text);
  if (!number) {
    return is_number(text) ? Mismatch{"a number within the range of a double", text}
                           : Mismatch{describe(field), text};
  }
  return append_plain(out, field, *number, text);
}

std::optional<Mismatch> append_boolean(std::string& out, const Field& field,
                                       std::string_view text) {
  if ((text != "true" && text != "false") || !is_one_of(field.choices, text)) {
    return Mismatch{describe(field), text};
  }
  out += text;
  return std::nullopt;
}

std::optional<Mismatch> append_time(std::string& out, const Parsed<Instant>& time) {
  if (!time) {
    return time.error();
  }
  append_unix_seconds(out, *time);
  return std::nullopt;
}

// Appends a JSON string after checking it. A string without escapes is compact already and is
// copied when the field has no limits.
std::optional<Mismatch> append_json_text(std::string& out, const Field& field,
                                         std::string_view json) {
  const bool is_as_it_stands = json.find('\\') == json.npos;
  if (is_as_it_stands && takes_any_text(field)) {
    out += json;
    return std::nullopt;
  }
  const std::string text = *string_value(json);
  if (!is_within_limits(field, text)) {
    return Mismatch{describe(field), text};
  }
  append_json_string(out, text);
  return std::nullopt;
}

bool is_json_number(std::string_view json) {
  return json.starts_with('-') || (json >= "0" && json < ":");
}

// Returns 5 for 5.0, and a number without a fraction of zero as it is.
std::string_view without_zero_fraction(std::string_view number) {
  const std::size_t point = number.find('.');
  return point != number.npos && number.find_first_not_of('0', point + 1) == number.npos
             ? number.substr(0, point)
             : number;
}

} // namespace

Mismatch mismatch_of_json(std::string_view expected, std::string_view json) {
  const auto text = string_value(json);
  return text ? Mismatch::saying("expected " + std::string{expected} + ", got the text " +
                                 quote(*text))
              : Mismatch{expected, json};
}

std::optional<Mismatch> append_text(std::string& out, const Field& field, std::string_view text) {
  switch (field.type) {
  case FieldType::string:
    if (!is_utf8(text)) {
      return Mismatch{"valid UTF-8", text};
    }
    if (!is_within_limits(field, text)) {
      return Mismatch{describe(field), text};
    }
    append_json_string(out, text);
    return std::nullopt;
  case FieldType::number:
  case FieldType::integer:
    return append_number(out, field, number_with_bare_point(text).value_or(std::string{text}));
  case FieldType::boolean: return append_boolean(out, field, text);
  case FieldType::timestamp: return append_time(out, parse_timestamp(text));
  case FieldType::json: break; // a text is a value as well
  }
  return append_json(out, field, json_string(text));
}

std::optional<Mismatch> append_json(std::string& out, const Field& field, std::string_view json) {
  switch (field.type) {
  case FieldType::string:
    if (json.starts_with('"')) {
      return append_json_text(out, field, json);
    }
    break;
  case FieldType::number:
    if (is_json_number(json)) {
      return is_always_finite(json) ? append_plain(out, field, json, json)
                                    : append_number(out, field, json);
    }
    break;
  case FieldType::integer:
    if (is_json_number(json) && is_always_finite(json)) {
      const std::string_view number = without_zero_fraction(json);
      return append_plain(out, field, number, number);
    }
    if (const auto plain = plain_number(json)) {
      return append_number(out, field, without_zero_fraction(*plain));
    }
    break;
  case FieldType::boolean:
    if (json == "true" || json == "false") {
      return append_boolean(out, field, json);
    }
    break;
  case FieldType::timestamp: return append_time(out, read_json_time(json));
  case FieldType::json: return field.rule->append(out, json);
  }
  return mismatch_of_json(describe(field), json);
}

Parsed<std::string> read_json(const Field& field, std::string_view json) {
  std::string value;
  auto mismatch = append_json(value, field, json);
  return mismatch ? Parsed<std::string>{*std::move(mismatch)} : std::move(value);
}

Parsed<Instant> read_json_time(std::string_view json) {
  if (const auto text = json.starts_with('"') ? string_value(json) : std::nullopt) {
    return parse_timestamp(*text);
  }
  return has_exponent(json) ? parse_timestamp(plain_number(json).value_or(std::string{json}))
                            : parse_timestamp(json);
}

} // namespace metrics_event
