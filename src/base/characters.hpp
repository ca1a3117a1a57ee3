#pragma once

#include <algorithm>
#include <string_view>

namespace metrics_event {

// These functions classify ASCII characters. The functions of <cctype> depend on the locale and
// are undefined for a negative char.

inline constexpr std::string_view decimal_digits = "0123456789";
inline constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}
constexpr bool is_letter_or_digit(char c) {
  return is_letter(c) || is_digit(c);
}

/// Returns an ASCII letter in lower case and any other character unchanged.
constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
/// Returns an ASCII letter in upper case and any other character unchanged.
constexpr char to_upper(char c) {
  return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}

/// Returns true when the text consists of one or more decimal digits.
constexpr bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

} // namespace metrics_event
