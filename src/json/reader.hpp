#pragma once

#include "json/string.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <forward_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The reason why a text is not valid JSON, and the offset of the mistake in bytes.
struct JsonMistake {
  std::size_t offset = 0;
  std::string text;

  bool operator==(const JsonMistake&) const = default;
};

/// Either the value that a JSON text stands for or the mistake in it.
template <class T>
using ParsedJson = boost::system::result<T, JsonMistake>;

/// The maximum depth of nested arrays and objects. The reader is recursive, so this limit protects
/// the stack.
inline constexpr std::size_t most_json_levels = 32;

/// A member of an object, or an element of an array, whose name is empty.
struct Member {
  std::string_view name;
  std::string_view json;   // the value as `compact_json` gives it
  std::string_view text{}; // the value as it stands in the text that was read
};

/// Reads JSON texts (RFC 8259), one after another, and copies only values that are not compact.
/// Bytes that are not UTF-8, duplicate names in an object, numbers that `plain_number` rejects and
/// nesting that is too deep are mistakes, too. Reading n bytes takes at most n log n steps.
class JsonReader {
public:
  /// Reads a text that is one value with at most `levels` nested arrays and objects. Returns false
  /// when it is not valid; `mistake` then has the reason, and `members` is unspecified.
  bool read(std::string_view text, std::size_t levels = most_json_levels);

  /// Reads a text like `read`, and also returns false when its value is not an object.
  bool read_object(std::string_view text);

  /// Returns the members of the object, or the elements of the array, that was read last; there are
  /// none for any other value. They are valid as long as the text is, until the next text is read.
  std::span<const Member> members() const { return members_; }

  /// Returns the mistake in the text that was read last, after a `read` that returned false.
  const JsonMistake& mistake() const { return mistake_; }

private:
  class Pass;

  // A name of a member of an object whose closing brace has not been read yet.
  struct Name {
    std::string_view text;
    std::size_t end; // the offset of its closing quote, in bytes
  };

  std::vector<Member> members_;
  std::vector<Name> names_;
  std::forward_list<std::string> made_; // names and values that the text spells differently
  JsonMistake mistake_;
};

/// Reads a text as `JsonReader` does and returns its value on one line, without white space between
/// tokens, with numbers as they were typed and with strings as `json_string` writes them.
ParsedJson<std::string> compact_json(std::string_view text, std::size_t levels = most_json_levels);

} // namespace metrics_event
