#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// Removes a number, by the grammar of RFC 8259, from the beginning of `text`. Returns false when
/// `text` does not begin with one; `text` then begins at the character that breaks the grammar.
bool skip_number(std::string_view& text);

/// Returns true when the whole of `text` is a number by the grammar of RFC 8259.
bool is_number(std::string_view text);

/// Returns true when the number has an exponent.
constexpr bool has_exponent(std::string_view number) {
  for (const char c : number) {
    if (c == 'e' || c == 'E') {
      return true;
    }
  }
  return false;
}

/// Returns true when a number has no exponent and is so short that, whatever its digits are, it
/// neither overflows a double nor underflows to zero. `plain_number` leaves such a number as it is.
constexpr bool is_always_finite(std::string_view number) {
  constexpr std::size_t always_within_range = 300; // characters
  return number.size() <= always_within_range && !has_exponent(number);
}

/// Returns a number of RFC 8259 without an exponent and otherwise as it was typed: 12.5 stays 12.5,
/// 1e3 becomes 1000. Nothing is rounded. Returns nullopt when `text` is not such a number,
/// overflows a double, or is not zero but becomes zero as a double.
std::optional<std::string> plain_number(std::string_view text);

/// Returns a number in the grammar of RFC 8259 that is written as bc(1) and others do, with no
/// digit before its point or after it: .5 becomes 0.5, and 5. becomes 5. Returns nullopt for any
/// other text.
std::optional<std::string> number_with_bare_point(std::string_view text);

/// Compares two plain numbers, as `plain_number` returns them, by their exact values.
std::weak_ordering compare_numbers(std::string_view left, std::string_view right);

/// Returns true when a plain number is more than zero and has at most 18 significant digits, so
/// that `is_multiple_of` can divide by it.
bool is_divisor(std::string_view number);

/// Returns true when a plain number is a whole multiple of another one, by their exact values: 0.3
/// is a multiple of 0.1. `is_divisor` must accept the divisor.
bool is_multiple_of(std::string_view number, std::string_view divisor);

/// Returns the shortest spelling of a plain number, which is the same for all numbers of its value:
/// 1.50 becomes 1.5, and -0.0 becomes 0.
std::string shortest_number(std::string_view number);

} // namespace metrics_event
