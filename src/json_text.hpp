#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// The string as a JSON string, quotes included. What a terminal could act on is written as \u
/// escapes; a byte that is not UTF-8 becomes U+FFFD.
std::string json_string(std::string_view utf8);

/// At most how long `json_string` is, in bytes; of printable ASCII exactly. Found without making
/// it.
std::size_t json_string_bound(std::string_view utf8);

/// Strings as a JSON array of strings.
std::string json_array(std::span<const std::string> strings);

/// Strings by name as a JSON object.
std::string json_object(const std::map<std::string, std::string>& strings);

/// Whether `text` is a number by the grammar of RFC 8259.
bool is_number(std::string_view text);

/// A number by that grammar, rewritten without an exponent and otherwise as typed: 12.5
/// stays 12.5, 1e3 becomes 1000. Nothing is rounded. Nullopt when `text` is not such a number, is
/// not finite as a double, or is so small that a double reads it as zero.
std::optional<std::string> plain_number(std::string_view text);

/// Any JSON text on one line, without white space between tokens, its numbers as they were typed
/// and its strings safe for a terminal. Nullopt when `text` is not one JSON value.
std::optional<std::string> compact_json(std::string_view text);

/// Writes a JSON object member by member, in the order of the calls.
class JsonObject {
public:
  /// A member whose value is a string.
  JsonObject& text(std::string_view name, std::string_view value);

  /// A member whose value is JSON text already: a number, an object, null.
  JsonObject& raw(std::string_view name, std::string_view json);

  /// The finished object.
  std::string str() const { return text_ + '}'; }

private:
  std::string text_ = "{";
};

} // namespace metrics_event
