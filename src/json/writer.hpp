#pragma once

#include <concepts>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// The string as a JSON string, quotes included. What a terminal could act on is written as \u
/// escapes; a byte that is not UTF-8 becomes U+FFFD.
std::string json_string(std::string_view utf8);

/// Appends the same.
void append_json_string(std::string& out, std::string_view utf8);

/// At most how long `json_string` is, in bytes; of printable ASCII exactly. Found without making
/// it.
std::size_t json_string_bound(std::string_view utf8);

/// Strings as a JSON array of strings.
std::string json_array(std::span<const std::string> strings);

/// Strings by name as a JSON object.
std::string json_object(const std::map<std::string, std::string>& strings);

/// Writes a JSON object member by member, in the order of the calls.
class JsonObject {
public:
  /// A member whose value is a string.
  JsonObject& text(std::string_view name, std::string_view value);

  /// A member whose value is a string, or null when it is empty.
  JsonObject& text_or_null(std::string_view name, std::string_view value) {
    return value.empty() ? raw(name, "null") : text(name, value);
  }

  /// A member whose value is a whole number.
  JsonObject& number(std::string_view name, std::integral auto value) {
    return raw(name, std::to_string(value));
  }

  /// A member whose value is JSON text already: a number, an object, null.
  JsonObject& raw(std::string_view name, std::string_view json);

  /// The finished object.
  std::string str() const { return text_ + '}'; }

private:
  std::string text_ = "{";
};

} // namespace metrics_event
