#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// Takes the number, by the grammar of RFC 8259, that `text` begins with from it. False: there is
/// none, and `text` begins where it goes wrong.
bool skip_number(std::string_view& text);

/// Whether `text` is a number by that grammar.
bool is_number(std::string_view text);

/// Whether a number has an exponent.
constexpr bool has_exponent(std::string_view number) {
  for (const char c : number) {
    if (c == 'e' || c == 'E') {
      return true;
    }
  }
  return false;
}

/// Whether a number is so short, and without an exponent, that a double takes it neither for
/// infinite nor for zero, whatever its digits are: `plain_number` leaves it as it is.
constexpr bool is_always_finite(std::string_view number) {
  constexpr std::size_t always_within_range = 300; // characters
  return number.size() <= always_within_range && !has_exponent(number);
}

/// A number by that grammar, rewritten without an exponent and otherwise as typed: 12.5
/// stays 12.5, 1e3 becomes 1000. Nothing is rounded. Nullopt when `text` is not such a number, is
/// not finite as a double, or is so small that a double reads it as zero.
std::optional<std::string> plain_number(std::string_view text);

/// Two plain numbers by their values, without rounding.
std::weak_ordering compare_numbers(std::string_view left, std::string_view right);

} // namespace metrics_event
