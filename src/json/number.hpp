#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// Whether `text` is a number by the grammar of RFC 8259.
bool is_number(std::string_view text);

/// Whether a number has one.
constexpr bool has_exponent(std::string_view number) {
  for (const char c : number) {
    if (c == 'e' || c == 'E') {
      return true;
    }
  }
  return false;
}

/// Whether so many characters that are a number are one that a double takes neither for infinite
/// nor for zero, whatever their digits are.
constexpr bool is_always_finite(std::size_t size, bool with_exponent) {
  constexpr std::size_t always_within_range = 300;
  return !with_exponent && size <= always_within_range;
}

/// A number by that grammar, rewritten without an exponent and otherwise as typed: 12.5
/// stays 12.5, 1e3 becomes 1000. Nothing is rounded. Nullopt when `text` is not such a number, is
/// not finite as a double, or is so small that a double reads it as zero.
std::optional<std::string> plain_number(std::string_view text);

/// Two plain numbers by their values, without rounding.
std::weak_ordering compare_numbers(std::string_view left, std::string_view right);

} // namespace metrics_event
