#include "json/string.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace metrics_event {
namespace {

// Removes a code unit of UTF-16, which is four hexadecimal digits, from the beginning of `rest`.
// Returns nullopt when there are fewer digits; `rest` then begins where the mistake is.
std::optional<char32_t> take_code_unit(std::string_view& rest) {
  constexpr std::size_t digits = 4;
  const char* const begin = rest.data();
  const char* const end = begin + std::min(digits, rest.size());
  std::uint32_t unit = 0;
  const auto taken = static_cast<std::size_t>(std::from_chars(begin, end, unit, 16).ptr - begin);
  rest.remove_prefix(taken);
  return taken == digits ? std::optional<char32_t>{unit} : std::nullopt;
}

// Returns the text that a valid JSON string stands for, which is never longer. Quotes are so
// frequent in a line within a record of a spool that they have a short way.
std::string unescaped(std::string_view string) {
  string = string.substr(1, string.size() - 2);
  std::string text(string.size(), '\0');
  char* to = text.data();
  while (!string.empty()) {
    const bool is_escape = string.front() == '\\';
    const char c = string[is_escape ? 1 : 0];
    if (!is_escape || c == '"' || c == '\\') {
      *to++ = c;
      string.remove_prefix(is_escape ? 2 : 1);
    } else {
      string.remove_prefix(1);
      std::string character;
      append_utf8(character, *take_escape(string));
      to = std::ranges::copy(character, to).out;
    }
  }
  text.resize(static_cast<std::size_t>(to - text.data()));
  return text;
}

} // namespace

std::optional<char32_t> take_escape(std::string_view& rest) {
  constexpr std::string_view letters = R"("\/bfnrt)";
  constexpr std::string_view characters = "\"\\/\b\f\n\r\t";
  const std::size_t letter = rest.empty() ? rest.npos : letters.find(rest.front());
  if (letter != rest.npos) {
    rest.remove_prefix(1);
    return static_cast<unsigned char>(characters[letter]);
  }
  // A character beyond U+FFFF is a leading and a trailing surrogate, each with ten of its bits. A
  // surrogate that stands alone has no UTF-8 form and is rejected.
  constexpr char32_t bits = 0x3FF;
  const auto unit = take(rest, 'u') ? take_code_unit(rest) : std::nullopt;
  if (!unit || (*unit & ~bits) != 0xD800) {
    return unit && (*unit & ~bits) == 0xDC00 ? std::nullopt : unit;
  }
  const bool is_followed = take(rest, '\\') && take(rest, 'u');
  const auto trailing = is_followed ? take_code_unit(rest) : std::nullopt;
  return trailing && (*trailing & ~bits) == 0xDC00
             ? std::optional{0x10000 + ((*unit & bits) << 10U) + (*trailing & bits)}
             : std::nullopt;
}

std::string_view leading_string(std::string_view json) {
  if (!json.starts_with('"')) {
    return {};
  }
  std::size_t end = 1;
  while (json[end] != '"') {
    end += json[end] == '\\' ? 2U : 1U;
  }
  return json.substr(0, end + 1);
}

std::optional<std::string> string_value(std::string_view json) {
  return json.starts_with('"') ? std::optional{unescaped(json)} : std::nullopt;
}

} // namespace metrics_event
