#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace metrics_event {

/// A Unicode character and the length of its encoding in UTF-8 (RFC 3629).
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0; // in bytes; 0 when the bytes are not UTF-8
};

/// Decodes the first character of `text`, which must not be empty. The length is 0 when the text
/// does not begin with well-formed UTF-8.
CodePoint first_code_point(std::string_view text);

/// Appends the UTF-8 encoding of a character.
void append_utf8(std::string& out, char32_t character);

/// Returns true for characters that a terminal may act on instead of showing them: control
/// characters, line separators, and marks that reorder the text around them.
bool acts_on_terminal(char32_t character);

/// Returns true when the text is well-formed UTF-8 without characters that act on a terminal.
bool is_safe_to_show(std::string_view text);

/// Returns the text with its ASCII letters in lower case and everything else unchanged.
std::string lower_case(std::string_view text);

/// Returns true when the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view bytes);

/// Returns a text in which every character that acts on a terminal, and every byte that is not
/// UTF-8, is an escape such as `\n` or `\x1b`; an ellipsis follows at most `limit` bytes of it.
std::string visible(std::string_view text, std::size_t limit = std::string_view::npos);

/// Returns a value as error messages show it: in double quotes, with the escapes and the limit of
/// `visible`. What may be a URL with credentials is shown as `redacted_url` returns it.
std::string quote(std::string_view value, std::size_t limit = 80);

/// Quotes a path like `quote`, but up to 4096 bytes of it, because half a path helps nobody.
inline std::string quote_path(std::string_view path) {
  constexpr std::size_t longest_path = 4096;
  return quote(path, longest_path);
}

/// Makes foreign text safe for a terminal and for JSON: removes characters that act on a terminal,
/// folds runs of white space into one space, replaces bytes that are not UTF-8 by U+FFFD and cuts
/// the result, with an ellipsis, to `limit` bytes.
std::string printable(std::string_view words, std::size_t limit);

/// Returns the known word that was probably meant, or nullopt when none is close enough to be worth
/// suggesting.
std::optional<std::string_view> nearest(std::string_view given,
                                        std::span<const std::string_view> known);

/// Returns `, did you mean "WORD"?` with `prefix` before each word that was probably meant: the few
/// that `given` begins or is a part of, or else the one that `nearest` finds. Returns nothing when
/// there is none.
std::string did_you_mean(std::string_view given, std::span<const std::string_view> known,
                         std::string_view prefix = "");

/// Returns a message from elsewhere with its first letter in lower case, as in our own messages:
/// "Connection refused" becomes "connection refused". An acronym such as "CA" stays as it is.
std::string lower_first(std::string words);

/// Returns the system's message for an error, with its first letter in lower case.
std::string system_words(const std::error_code& error);

/// Joins words into an enumeration: "a", "a and b", "a, b and c". `last` joins the last two words.
std::string enumeration(std::span<const std::string> words, std::string_view last = " and ");

/// Joins the texts that `text` returns for the elements of a range, with `between` between them.
template <class Range, class Text>
std::string joined(const Range& range, std::string_view between, const Text& text) {
  std::string all;
  for (bool is_first = true; const auto& one : range) {
    all.append(std::exchange(is_first, false) ? "" : between).append(text(one));
  }
  return all;
}

/// Returns the text with spaces appended up to `width` bytes; a longer text stays as it is.
std::string padded(std::string_view text, std::size_t width);

/// Breaks a text between words into lines of at most `width` bytes. A word that is longer than that
/// has a line to itself.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

} // namespace metrics_event
