#pragma once

#include <cstddef>
#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Goes through JSON text (RFC 8259) piece by piece and copies nothing. What it takes is what
/// `compact_json` takes: a name that an object has twice, a number that `plain_number` would
/// refuse, bytes that are not UTF-8 and more than 32 levels are as wrong as a missing comma. It
/// does not say what is wrong.
class JsonScanner {
public:
  explicit JsonScanner(std::string_view text = {}) { start(text); }

  /// Starts anew with another text.
  void start(std::string_view text);

  /// How many bytes were passed.
  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }

  bool is_at_end() const { return at_ == end_; }

  void skip_white_space() {
    while (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ' && pass_white_space()) {
    }
  }

  /// Passes over this character when it is the next.
  bool take(char c) {
    const bool is_next = at_ != end_ && *at_ == c;
    at_ += is_next ? 1 : 0;
    return is_next;
  }

  /// Passes over a string and returns it with its quotes; empty: there is none.
  std::string_view string();

  /// Passes over a value and returns it; empty: there is none. So many arrays and objects are open
  /// around it.
  std::string_view value(std::size_t depth = 0);

  /// Whether `compact_json` would leave what was passed last, by `string` or `value`, as it is.
  bool is_compact() const { return is_compact_; }

  /// Whether the string that was passed last has escapes.
  bool has_escape() const { return has_escape_; }

  /// Whether some names, which need not be neighbours, are the same.
  static bool has_repetition(std::vector<std::string_view>& names, std::size_t first);

private:
  bool pass_white_space();
  bool pass_string();
  bool pass_special();
  bool pass_escape();
  bool pass_code_units();
  bool pass_number();
  bool pass_word(std::string_view word);
  bool pass_value(std::size_t depth);
  bool pass_array(std::size_t depth);
  bool pass_object(std::size_t depth);
  bool pass_name();

  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool is_compact_ = true;
  bool has_escape_ = false;
  std::vector<std::string_view> names_;      // of the objects that are open
  std::forward_list<std::string> unescaped_; // those of them that are not in the text
};

/// Appends a value that `JsonScanner` took as `compact_json` has it.
void append_compact(std::string& out, std::string_view value);

} // namespace metrics_event
