#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// The number of the four hexadecimal digits that a text begins with; nothing when they are none.
std::optional<char32_t> code_unit(std::string_view text);

/// Whether a code unit is the first, or the second, of two that stand for one character.
constexpr bool is_leading_surrogate(char32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_trailing_surrogate(char32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

/// What a string that `JsonScanner` took, with its quotes, stands for.
std::string unescaped(std::string_view string);

} // namespace metrics_event
