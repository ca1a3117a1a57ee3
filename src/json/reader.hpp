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

/// A mistake in a JSON text: why it is none, and the place, in bytes from the beginning.
struct JsonMistake {
  std::size_t offset = 0;
  std::string text;

  bool operator==(const JsonMistake&) const = default;
};

template <class T>
using ParsedJson = boost::system::result<T, JsonMistake>;

/// The most arrays and objects that may lie in each other. Reading them takes recursion, so that
/// there has to be an end to it.
inline constexpr std::size_t most_json_levels = 32;

/// One member of an object; or one element of an array, which has no name.
struct Member {
  std::string_view name;
  std::string_view json;   // the value as `compact_json` gives it
  std::string_view text{}; // the value as it stands in the text that was read
};

/// Reads JSON texts (RFC 8259), one after another, and copies only values that are not compact.
/// Bytes that are not UTF-8, a name that an object has twice, a number that `plain_number` refuses
/// and too many levels are as wrong as a missing comma. Reading n bytes takes n log n steps,
/// whatever they are.
class JsonReader {
public:
  /// Reads a text that is one value of at most `levels` levels. False: `mistake` says why it is
  /// none, and `members` are unspecified.
  bool read(std::string_view text, std::size_t levels = most_json_levels);

  /// Like `read`, for a text that is to be one object.
  bool read_object(std::string_view text);

  /// The members of the object, or the elements of the array, that was read; nothing of another
  /// value. They live as long as the text, and until the next one is read.
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
  std::forward_list<std::string> made_; // names and values that the text has in another form
  JsonMistake mistake_;
};

/// Reads a text as `JsonReader` does and returns its value on one line, without white space between
/// tokens, its numbers as they were typed and its strings safe for a terminal.
ParsedJson<std::string> compact_json(std::string_view text, std::size_t levels = most_json_levels);

/// The string, with its quotes, that a text which was read begins with; empty: it begins with
/// something else.
std::string_view leading_string(std::string_view json);

/// The text that a string stands for, if the JSON text, which was read, is one.
std::optional<std::string> string_value(std::string_view json);

} // namespace metrics_event
