#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// Removes the character from the beginning of `rest`, or returns false when another one is there.
inline bool take(std::string_view& rest, char c) {
  const bool is_next = rest.starts_with(c);
  rest.remove_prefix(is_next ? 1 : 0);
  return is_next;
}

/// Removes an escape, without its backslash, from the beginning of `rest` and returns the character
/// that it stands for. Returns nullopt when it is not a valid escape; `rest` then begins where the
/// mistake is.
std::optional<char32_t> take_escape(std::string_view& rest);

/// Returns the string, with its quotes, at the beginning of a valid JSON text, or nothing when the
/// text begins with something else.
std::string_view leading_string(std::string_view json);

/// Returns the text that a JSON string stands for, or nullopt when the JSON text, which must be
/// valid, is not a string.
std::optional<std::string> string_value(std::string_view json);

} // namespace metrics_event
