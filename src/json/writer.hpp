#pragma once

#include <concepts>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// Returns the text as a JSON string, with its quotes. Characters that a terminal may act on become
/// escapes; a byte that is not UTF-8 becomes U+FFFD.
std::string json_string(std::string_view utf8);

/// Appends the JSON string that `json_string` returns.
void append_json_string(std::string& out, std::string_view utf8);

/// Returns an upper bound of the length of `json_string(utf8)` in bytes, without making the string.
/// The bound is exact for printable ASCII.
std::size_t json_string_bound(std::string_view utf8);

/// Returns a JSON array of the strings.
std::string json_array(std::span<const std::string> strings);

/// Returns a JSON object whose members are the strings, by their names.
std::string json_object(const std::map<std::string, std::string>& strings);

/// Writes a JSON object member by member, in the order of the calls.
class JsonObject {
public:
  /// Adds a member whose value is a string.
  JsonObject& text(std::string_view name, std::string_view value);

  /// Adds a member whose value is a string, or null when the string is empty.
  JsonObject& text_or_null(std::string_view name, std::string_view value) {
    return value.empty() ? raw(name, "null") : text(name, value);
  }

  /// Adds a member whose value is a whole number.
  JsonObject& number(std::string_view name, std::integral auto value) {
    return raw(name, std::to_string(value));
  }

  /// Adds a member whose value is JSON text already, such as a number, an object or null.
  JsonObject& raw(std::string_view name, std::string_view json);

  /// Returns the object with the members added so far.
  std::string str() const { return text_ + '}'; }

private:
  std::string text_ = "{";
};

} // namespace metrics_event
