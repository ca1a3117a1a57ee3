#include "base/text.hpp"

#include "base/characters.hpp"
#include "base/url_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::string_view ellipsis = "…";
constexpr std::string_view replacement = "\uFFFD";
constexpr std::size_t shortest_abbreviation = 3;

std::uint8_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

bool is_white_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string escaped(std::string_view bytes) {
  if (bytes == "\n") {
    return "\\n";
  }
  if (bytes == "\t") {
    return "\\t";
  }
  if (bytes == "\r") {
    return "\\r";
  }
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text.append("\\x").append(1, hex_digits[byte_at(bytes, i) >> 4U]);
    text.append(1, hex_digits[byte_at(bytes, i) & 0xFU]);
  }
  return text;
}

template <class Accepts>
bool is_utf8_of(std::string_view bytes, Accepts accepts) {
  while (!bytes.empty()) {
    const CodePoint character = first_code_point(bytes);
    if (character.length == 0 || !accepts(character.value)) {
      return false;
    }
    bytes.remove_prefix(character.length);
  }
  return true;
}

// Returns whether a word begins with `part`, or one of its parts behind a dash does.
bool is_part_of(std::string_view part, std::string_view word) {
  return word.starts_with(part) || word.find('-' + std::string{part}) != word.npos;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, substituted}));
    }
  }
  return row.back();
}

} // namespace

CodePoint first_code_point(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) {
    return {0, 0};
  }
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xC0U) != 0x80U) {
      return {0, 0};
    }
    value = (value << 6U) | (byte_at(text, i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[length] || surrogate || value > 0x10FFFF) {
    return {0, 0};
  }
  return {value, length};
}

void append_utf8(std::string& out, char32_t character) {
  const unsigned following = character < 0x80      ? 0
                             : character < 0x800   ? 1
                             : character < 0x10000 ? 2
                                                   : 3;
  // In a sequence of several bytes, the first has as many leading one bits as there are bytes.
  const unsigned mark = following == 0 ? 0 : 0xFFU << (7 - following);
  out += static_cast<char>(mark | (character >> 6U * following));
  for (unsigned left = following; left-- > 0;) {
    out += static_cast<char>(0x80U | (character >> 6U * left & 0x3FU));
  }
}

bool acts_on_terminal(char32_t character) {
  const auto within = [character](char32_t first, char32_t last) {
    return character >= first && character <= last;
  };
  return within(0, 0x1F) || within(0x7F, 0x9F) || character == 0x061C || within(0x200E, 0x200F) ||
         within(0x2028, 0x202E) || within(0x2066, 0x2069);
}

bool is_safe_to_show(std::string_view text) {
  return is_utf8_of(text, [](char32_t character) { return !acts_on_terminal(character); });
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(), to_lower);
  return lower;
}

bool is_utf8(std::string_view bytes) {
  return is_utf8_of(bytes, [](char32_t) { return true; });
}

std::string visible(std::string_view text, std::size_t limit) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const CodePoint c = first_code_point(rest);
    const std::size_t length = std::max<std::size_t>(c.length, 1);
    if (at + length > limit) {
      return shown.append(ellipsis);
    }
    const bool is_shown_as_it_is = c.length > 0 && !acts_on_terminal(c.value);
    shown +=
        is_shown_as_it_is ? std::string{rest.substr(0, length)} : escaped(rest.substr(0, length));
    at += length;
  }
  return shown;
}

std::string quote(std::string_view value, std::size_t limit) {
  return '"' +
         (may_hold_credentials(value) ? visible(redacted_url(value), limit)
                                      : visible(value, limit)) +
         '"';
}

std::string printable(std::string_view words, std::size_t limit) {
  std::string text;
  while (!words.empty()) {
    const CodePoint c = first_code_point(words);
    const std::size_t length = std::max<std::size_t>(c.length, 1);
    std::string_view piece = c.length == 0 ? replacement : words.substr(0, length);
    words.remove_prefix(length);
    if (is_white_space(c.value) && c.length > 0) {
      if (text.empty() || text.back() == ' ') {
        continue;
      }
      piece = " ";
    } else if (c.length > 0 && acts_on_terminal(c.value)) {
      continue;
    }
    if (text.size() + piece.size() + ellipsis.size() > limit) {
      return text.append(ellipsis);
    }
    text += piece;
  }
  if (!text.empty() && text.back() == ' ') {
    text.pop_back();
  }
  return text;
}

std::optional<std::string_view> nearest(std::string_view given,
                                        std::span<const std::string_view> known) {
  constexpr std::size_t longest_word = 64; // the edit distance takes time in proportion to it
  if (given.size() > longest_word) {
    return std::nullopt;
  }
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(1, given.size() / 3) + 1;
  for (const std::string_view word : known) {
    const std::size_t least_distance =
        std::max(given.size(), word.size()) - std::min(given.size(), word.size());
    const bool abbreviated = given.size() >= shortest_abbreviation && word.starts_with(given);
    if (!abbreviated && least_distance >= best_distance) {
      continue;
    }
    const std::size_t distance = abbreviated ? 1 : edit_distance(given, word);
    if (distance < best_distance && distance < given.size()) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view given, std::span<const std::string_view> known,
                         std::string_view prefix) {
  constexpr std::size_t most_meant = 4;
  std::vector<std::string> meant;
  for (const std::string_view word : known) {
    if (given.size() >= shortest_abbreviation && is_part_of(given, word)) {
      meant.push_back(quote(std::string{prefix}.append(word)));
    }
  }
  const auto near =
      meant.empty() || meant.size() > most_meant ? nearest(given, known) : std::nullopt;
  if (near) {
    meant = {quote(std::string{prefix}.append(*near))};
  }
  return meant.empty() || meant.size() > most_meant
             ? ""
             : ", did you mean " + enumeration(meant, " or ") + '?';
}

std::string lower_first(std::string words) {
  const bool is_acronym = words.size() > 1 && is_upper(words[1]);
  if (!words.empty() && !is_acronym) {
    words.front() = to_lower(words.front());
  }
  return words;
}

std::string system_words(const std::error_code& error) {
  return lower_first(error.message());
}

std::string enumeration(std::span<const std::string> words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && i + 1 == words.size()) {
      text += last;
    } else if (i > 0) {
      text += ", ";
    }
    text += words[i];
  }
  return text;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string result{text};
  result.resize(std::max(width, result.size()), ' ');
  return result;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (lines.empty() || lines.back().size() + 1 + word.size() > width) {
      lines.emplace_back(word);
    } else {
      lines.back().append(1, ' ').append(word);
    }
  }
  return lines;
}

} // namespace metrics_event
