#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace metrics_event {

/// A character and the bytes that it takes in UTF-8 (RFC 3629).
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0; // in bytes; 0 when the bytes are not UTF-8
};

/// The first character of a text that is not empty.
CodePoint first_code_point(std::string_view text);

/// Appends a character as UTF-8.
void append_utf8(std::string& out, char32_t character);

/// Whether a terminal may act on the character instead of showing it: control characters, line
/// separators, and the marks that reorder the text around them.
bool acts_on_terminal(char32_t character);

/// Whether a text is UTF-8 that no terminal acts on.
bool is_safe_to_show(std::string_view text);

/// ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view bytes);

/// A value as an error message shows it: in double quotes, every control character and every byte
/// that is not UTF-8 made visible, at most `limit` bytes of it.
std::string quote(std::string_view value, std::size_t limit = 80);

/// The same with a path, which is of use only when it is whole.
inline std::string quote_path(std::string_view path) {
  constexpr std::size_t longest_path = 4096;
  return quote(path, longest_path);
}

/// A stranger's words made safe for a terminal and for JSON: what acts on a terminal removed, runs
/// of white space folded, bytes that are not UTF-8 replaced by U+FFFD, cut at `limit` bytes.
std::string printable(std::string_view words, std::size_t limit);

/// The known word that was probably meant, if one is close enough to be worth suggesting.
std::optional<std::string_view> nearest(std::string_view given,
                                        std::span<const std::string_view> known);

/// `, did you mean "WORD"?` for that word, with the prefix before it; empty without one.
std::string did_you_mean(std::string_view given, std::span<const std::string_view> known,
                         std::string_view prefix = "");

/// Foreign words in our lower case: "Connection refused" as "connection refused", but "CA …" as it
/// is.
std::string lower_first(std::string words);

/// The system's words for an error, in our lower case.
std::string system_words(const std::error_code& error);

/// "a", "a and b", "a, b and c"; `last` stands before the last word.
std::string enumeration(std::span<const std::string> words, std::string_view last = " and ");

/// A text with as many spaces after it as it takes to be `width` bytes long.
std::string padded(std::string_view text, std::size_t width);

/// The words of a text on lines of at most `width` bytes; a longer word has a line of its own.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

} // namespace metrics_event
