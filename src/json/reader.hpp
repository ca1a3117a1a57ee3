#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <forward_list>
#include <optional>
#include <span>
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

/// The most arrays and objects that may lie in each other.
inline constexpr std::size_t most_json_levels = 32;

/// A member of an object; or an element of an array, which has no name.
struct Member {
  std::string_view name;
  std::string_view json;   // the value as `compact_json` gives it
  std::string_view text{}; // the value as it stands in the text that was read
};

/// Reads JSON texts (RFC 8259), one after another, and copies only what is not compact. Bytes that
/// are not UTF-8, a name that an object has twice, a number that `plain_number` refuses and too
/// many levels are as wrong as a missing comma. It takes n log n steps for n bytes, whatever they
/// are.
class JsonReader {
public:
  /// Reads a text that is one value of at most `levels` levels; false: `mistake` says why it is
  /// none.
  bool read(std::string_view text, std::size_t levels = most_json_levels);

  /// Reads a text that is one object.
  bool read_object(std::string_view text);

  /// The members of the object, or the elements of the array, that was read. They live as long as
  /// the text, and until the next one is read.
  std::span<const Member> members() const { return members_; }

  const JsonMistake& mistake() const { return mistake_; }

private:
  class Pass;

  // A name in an object that is not closed yet.
  struct Name {
    std::string_view text;
    std::size_t end; // where its last quote is, in bytes
  };

  std::vector<Member> members_;
  std::vector<Name> names_;
  std::forward_list<std::string> made_; // what members and names need and the text does not have
  JsonMistake mistake_;
};

/// One JSON value on one line, without white space between tokens, its numbers as they were typed
/// and its strings safe for a terminal; by the rules of `JsonReader`.
ParsedJson<std::string> compact_json(std::string_view text, std::size_t levels = most_json_levels);

/// The string, with its quotes, that a JSON text begins with; empty: it begins with something else.
std::string_view leading_string(std::string_view json);

/// The value of a JSON text that is a string; nothing of another one.
std::optional<std::string> string_value(std::string_view json);

} // namespace metrics_event
