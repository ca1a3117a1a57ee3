#include "json/escape.hpp"

#include <cstddef>

namespace metrics_event {
namespace {

// 16 and more for what is none.
char32_t hexadecimal_digit(char c) {
  constexpr char32_t none = 16;
  return c >= '0' && c <= '9'   ? static_cast<char32_t>(c - '0')
         : c >= 'a' && c <= 'f' ? static_cast<char32_t>(c - 'a' + 10)
         : c >= 'A' && c <= 'F' ? static_cast<char32_t>(c - 'A' + 10)
                                : none;
}

// Returns where it ends.
char* write_utf8(char* to, char32_t c) {
  const auto add = [&to](char32_t byte) { *to++ = static_cast<char>(byte); };
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
  return to;
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
  const char32_t unit = *code_unit({at, end});
  at += 4;
  if (!is_leading_surrogate(unit)) {
    return unit;
  }
  const char32_t trailing = *code_unit({at + 2, end});
  at += 6;
  return 0x10000 + ((unit - 0xD800) << 10U) + (trailing - 0xDC00);
}

} // namespace

std::optional<char32_t> code_unit(std::string_view text) {
  constexpr std::size_t digits = 4;
  if (text.size() < digits) {
    return std::nullopt;
  }
  char32_t unit = 0;
  for (const char c : text.substr(0, digits)) {
    const char32_t digit = hexadecimal_digit(c);
    if (digit >= 16) {
      return std::nullopt;
    }
    unit = unit << 4U | digit;
  }
  return unit;
}

std::string unescaped(std::string_view string) {
  std::string text(string.size(), '\0'); // an escape is longer than what it stands for
  char* to = text.data();
  const char* at = string.data() + 1;
  const char* const end = string.data() + string.size() - 1;
  while (at != end) {
    const char c = *at++;
    if (c == '\\') {
      to = write_utf8(to, take_escape(at, end));
    } else {
      *to++ = c;
    }
  }
  text.resize(static_cast<std::size_t>(to - text.data()));
  return text;
}

} // namespace metrics_event
