#include "json/scanner.hpp"

#include "base/text.hpp"
#include "json/escape.hpp"
#include "json/number.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>

namespace metrics_event {
namespace {

constexpr std::size_t most_nested = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Whether a byte of a string is nothing but itself: printable ASCII but for quote and backslash.
constexpr std::array<bool, 256> is_plain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x7F; ++byte) {
    plain[byte] = byte != '"' && byte != '\\';
  }
  return plain;
}();

std::string_view without_quotes(std::string_view string) {
  return string.substr(1, string.size() - 2);
}

} // namespace

void JsonScanner::start(std::string_view text) {
  begin_ = at_ = text.data();
  end_ = begin_ + text.size();
  names_.clear();
  unescaped_.clear();
}

// One character.
bool JsonScanner::pass_white_space() {
  if (*at_ != ' ' && *at_ != '\t' && *at_ != '\r' && *at_ != '\n') {
    return false;
  }
  ++at_;
  is_compact_ = false;
  return true;
}

std::string_view JsonScanner::string() {
  const char* const begin = at_;
  is_compact_ = true;
  return pass_string() ? std::string_view{begin, at_} : std::string_view{};
}

std::string_view JsonScanner::value(std::size_t depth) {
  const char* const begin = at_;
  is_compact_ = true;
  return pass_value(depth) ? std::string_view{begin, at_} : std::string_view{};
}

bool JsonScanner::has_repetition(std::vector<std::string_view>& names, std::size_t first) {
  constexpr std::size_t few = 16;
  const auto begin = names.begin() + static_cast<std::ptrdiff_t>(first);
  if (names.size() - first > few) {
    std::sort(begin, names.end());
    return std::adjacent_find(begin, names.end()) != names.end();
  }
  for (auto name = begin; name != names.end(); ++name) {
    if (std::find(begin, name, *name) != name) {
      return true;
    }
  }
  return false;
}

bool JsonScanner::pass_string() {
  has_escape_ = false;
  if (!take('"')) {
    return false;
  }
  do {
    while (at_ != end_ && is_plain[static_cast<unsigned char>(*at_)]) {
      ++at_;
    }
    if (take('"')) {
      return true;
    }
  } while (pass_special());
  return false;
}

// One character of a string that is not plain.
bool JsonScanner::pass_special() {
  if (take('\\')) {
    has_escape_ = true;
    return pass_escape();
  }
  const CodePoint c = at_ == end_ ? CodePoint{0, 0} : first_code_point({at_, end_});
  is_compact_ = is_compact_ && !acts_on_terminal(c.value);
  at_ += c.length;
  return c.value >= ' ';
}

// What follows a backslash.
bool JsonScanner::pass_escape() {
  if (at_ == end_) {
    return false;
  }
  switch (*at_++) {
  case '"':
  case '\\':
  case 'n':
  case 't': return true;
  case '/':
  case 'b':
  case 'f':
  case 'r': is_compact_ = false; return true;
  case 'u': is_compact_ = false; return pass_code_units();
  default: return false;
  }
}

// What follows \u: one, or two that stand for one character.
bool JsonScanner::pass_code_units() {
  const auto unit = code_unit({at_, end_});
  if (!unit || is_trailing_surrogate(*unit)) {
    return false;
  }
  at_ += 4;
  if (!is_leading_surrogate(*unit)) {
    return true;
  }
  const bool is_followed = take('\\') && take('u');
  const auto trailing = is_followed ? code_unit({at_, end_}) : std::nullopt;
  if (!trailing || !is_trailing_surrogate(*trailing)) {
    return false;
  }
  at_ += 4;
  return true;
}

bool JsonScanner::pass_number() {
  const char* const begin = at_;
  const auto pass_digits = [this] {
    const char* const first = at_;
    while (at_ != end_ && is_digit(*at_)) {
      ++at_;
    }
    return static_cast<std::size_t>(at_ - first);
  };
  take('-');
  const char* const whole = at_;
  const std::size_t digits = pass_digits();
  if (digits == 0 || (digits > 1 && *whole == '0')) {
    return false;
  }
  if (take('.') && pass_digits() == 0) {
    return false;
  }
  const bool has_exponent = take('e') || take('E');
  if (has_exponent) {
    static_cast<void>(take('-') || take('+'));
    const char* const exponent = at_;
    int value = 0; // Boost.JSON has no larger ones, not even of zero
    if (pass_digits() == 0 || std::from_chars(exponent, at_, value).ec != std::errc{}) {
      return false;
    }
  }
  const std::string_view number{begin, at_};
  return is_always_finite(number.size(), has_exponent) || plain_number(number).has_value();
}

bool JsonScanner::pass_word(std::string_view word) {
  if (!std::string_view{at_, end_}.starts_with(word)) {
    return false;
  }
  at_ += word.size();
  return true;
}

bool JsonScanner::pass_value(std::size_t depth) {
  if (at_ == end_) {
    return false;
  }
  switch (*at_) {
  case '"': return pass_string();
  case '{': return depth < most_nested && pass_object(depth + 1);
  case '[': return depth < most_nested && pass_array(depth + 1);
  case 't': return pass_word("true");
  case 'f': return pass_word("false");
  case 'n': return pass_word("null");
  default: return pass_number();
  }
}

bool JsonScanner::pass_array(std::size_t depth) {
  ++at_;
  skip_white_space();
  if (take(']')) {
    return true;
  }
  while (pass_value(depth)) {
    skip_white_space();
    if (take(']')) {
      return true;
    }
    if (!take(',')) {
      return false;
    }
    skip_white_space();
  }
  return false;
}

bool JsonScanner::pass_object(std::size_t depth) {
  const std::size_t first = names_.size();
  ++at_;
  skip_white_space();
  bool is_closed = take('}');
  while (!is_closed) {
    const bool has_name = pass_name();
    skip_white_space();
    if (!has_name || !take(':')) {
      return false;
    }
    skip_white_space();
    if (!pass_value(depth)) {
      return false;
    }
    skip_white_space();
    is_closed = take('}');
    if (!is_closed) {
      if (!take(',')) {
        return false;
      }
      skip_white_space();
    }
  }
  const bool is_unique = !has_repetition(names_, first);
  names_.resize(first);
  return is_unique;
}

bool JsonScanner::pass_name() {
  const char* const begin = at_;
  if (!pass_string()) {
    return false;
  }
  const std::string_view string{begin, at_};
  names_.push_back(has_escape_ ? unescaped_.emplace_front(unescaped(string))
                               : without_quotes(string));
  return true;
}

void append_compact(std::string& out, std::string_view value) {
  JsonScanner scanner{value};
  while (!scanner.is_at_end()) {
    scanner.skip_white_space();
    if (const std::string_view string = scanner.string(); !string.empty()) {
      if (scanner.is_compact()) {
        out += string;
      } else {
        append_json_string(out, unescaped(string));
      }
    } else if (!scanner.is_at_end()) {
      const char c = value[scanner.offset()];
      out += c;
      scanner.take(c);
    }
  }
}

} // namespace metrics_event
