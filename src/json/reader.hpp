#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

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

/// The same, in somebody else's memory.
struct MemberView {
  std::string_view name;
  std::string_view json;
  std::size_t offset = 0; // where the value begins in the text that was read
};

/// Where the value of a member begins in the text of an object that `parse_members` takes, `a.b`
/// being the b of the object a; 0 when there is none.
std::size_t offset_of(std::string_view text, std::string_view member);

/// The value of a JSON text that is a string; nothing of another one.
std::optional<std::string> string_value(std::string_view json);

} // namespace metrics_event
