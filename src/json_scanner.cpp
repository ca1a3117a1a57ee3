#include "json_scanner.hpp"

#include "json_text.hpp"
#include "number.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace metrics_event {
namespace {

constexpr std::size_t most_nested = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_white_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The number of four hexadecimal digits; nothing when they are none.
std::optional<char32_t> code_unit(const char* at, const char* end) {
  constexpr std::ptrdiff_t digits = 4;
  unsigned value = 0;
  const bool is_whole =
      end - at >= digits && std::from_chars(at, at + digits, value, 16).ptr == at + digits;
  return is_whole ? std::optional{char32_t{value}} : std::nullopt;
}

bool is_leading_surrogate(char32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_trailing_surrogate(char32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

void append_utf8(std::string& out, char32_t c) {
  const auto add = [&out](char32_t byte) { out += static_cast<char>(byte); };
  const auto follow = [&](unsigned shift) { add(0x80U | ((c >> shift) & 0x3FU)); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xC0U | (c >> 6U));
    follow(0);
  } else if (c < 0x10000) {
    add(0xE0U | (c >> 12U));
    follow(6);
    follow(0);
  } else {
    add(0xF0U | (c >> 18U));
    follow(12);
    follow(6);
    follow(0);
  }
}

// Passes over the character that an escape stands for, which begins at `at`, behind the backslash.
char32_t take_escape(const char*& at, const char* end) {
  const char c = *at++;
  switch (c) {
  case 'b': return '\b';
  case 'f': return '\f';
  case 'n': return '\n';
  case 'r': return '\r';
  case 't': return '\t';
  case 'u': break;
  default: return static_cast<unsigned char>(c);
  }
  const char32_t unit = *code_unit(at, end);
  at += 4;
  if (!is_leading_surrogate(unit)) {
    return unit;
  }
  const char32_t trailing = *code_unit(at + 2, end);
  at += 6;
  return 0x10000 + ((unit - 0xD800) << 10U) + (trailing - 0xDC00);
}

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

void JsonScanner::skip_white_space() {
  while (at_ != end_ && is_white_space(*at_)) {
    ++at_;
    is_compact_ = false;
  }
}

bool JsonScanner::take(char c) {
  if (at_ == end_ || *at_ != c) {
    return false;
  }
  ++at_;
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
  while (at_ != end_) {
    if (is_plain_in_json(*at_)) {
      ++at_;
    } else if (*at_ == '"') {
      ++at_;
      return true;
    } else if (*at_ == '\\') {
      ++at_;
      has_escape_ = true;
      if (!pass_escape()) {
        return false;
      }
    } else {
      const CodePoint c = first_code_point({at_, end_});
      if (c.length == 0 || c.value < ' ') {
        return false;
      }
      is_compact_ = is_compact_ && !acts_on_terminal(c.value);
      at_ += c.length;
    }
  }
  return false;
}

// What follows a backslash.
bool JsonScanner::pass_escape() {
  constexpr std::string_view simple = "\"\\/bfnrt";
  constexpr std::string_view also_written = "\"\\nt";
  if (at_ == end_) {
    return false;
  }
  const char c = *at_++;
  is_compact_ = is_compact_ && also_written.find(c) != also_written.npos;
  if (c != 'u') {
    return simple.find(c) != simple.npos;
  }
  const auto unit = code_unit(at_, end_);
  if (!unit || is_trailing_surrogate(*unit)) {
    return false;
  }
  at_ += 4;
  if (!is_leading_surrogate(*unit)) {
    return true;
  }
  const bool is_followed = take('\\') && take('u');
  const auto trailing = is_followed ? code_unit(at_, end_) : std::nullopt;
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
    if (pass_digits() == 0) {
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

std::string unescaped(std::string_view string) {
  std::string text;
  const char* at = string.data() + 1;
  const char* const end = string.data() + string.size() - 1;
  while (at != end) {
    const char* const backslash = std::find(at, end, '\\');
    text.append(at, backslash);
    at = backslash;
    if (at != end) {
      ++at;
      append_utf8(text, take_escape(at, end));
    }
  }
  return text;
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
