#pragma once

#include <boost/system/result.hpp>

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// Two plain numbers by their values, without rounding.
std::weak_ordering compare_numbers(std::string_view left, std::string_view right);

/// What is wrong with a JSON text, and where, in bytes from its beginning.
struct JsonMistake {
  std::size_t offset = 0;
  std::string text;

  bool operator==(const JsonMistake&) const = default;
};

template <class T>
using ParsedJson = boost::system::result<T, JsonMistake>;

/// One JSON value on one line, without white space between tokens, its numbers as they were typed
/// and its strings safe for a terminal. A name that an object has twice is a mistake, and so is a
/// number that `plain_number` would refuse.
ParsedJson<std::string> compact_json(std::string_view text);

/// A member of a JSON object: its name, and its value as `compact_json` has it.
struct Member {
  std::string name;
  std::string json;
};
using Members = std::vector<Member>;

/// The members of one JSON object, in their order; by the same rules.
ParsedJson<Members> parse_members(std::string_view text);

/// Where the value of a member begins in the text of an object that `parse_members` takes, `a.b`
/// being the b of the object a; 0 when there is none.
std::size_t offset_of(std::string_view text, std::string_view member);

/// The value of a JSON text that is a string; nothing of another one.
std::optional<std::string> string_value(std::string_view json);

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
