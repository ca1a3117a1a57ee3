#include "loki/secret.hpp"

#include "base/base64.hpp"
#include "base/characters.hpp"
#include "base/text.hpp"
#include "base/url_text.hpp"
#include "base/value.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace metrics_event {
namespace {

constexpr std::size_t shortest_secret = 4; // in bytes

// White space is left to the place where the text is shown, which keeps some of it.
bool is_left_out(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x7F ||
         (byte < ' ' && std::string_view{"\t\n\v\f\r"}.find(c) == std::string_view::npos);
}

std::string replaced(std::string text, char from, char to) {
  std::ranges::replace(text, from, to);
  return text;
}

// A text without white space, without what is not shown, and without backslashes, which may escape
// what follows. With `Escapes::decoded`, all spellings of a text share one form.
class Plain {
public:
  enum class Escapes { kept, decoded };

  Plain(std::string_view text, Escapes escapes) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      push(text[at], at, at + 1);
      while (escapes == Escapes::decoded && decode_last()) { // an escape may be escaped itself
      }
    }
    keep_what_is_shown();
  }

  const std::string& text() const { return text_; }

  // Where the byte at an index begins and ends in the original text.
  std::size_t begin(std::size_t index) const { return places_[index].begin; }
  std::size_t end(std::size_t index) const { return places_[index].end; }

private:
  struct Place {
    std::size_t begin;
    std::size_t end;
  };

  // A control character is left out at once, because an escape may be shown as one without it.
  void push(char c, std::size_t begin, std::size_t end) {
    if (!is_left_out(c)) {
      text_ += c;
      places_.push_back({begin, end});
    }
  }

  // Replaces the last `length` bytes by what they stand for.
  bool replace_last(std::size_t length, std::string_view meaning) {
    const std::size_t first = text_.size() - length;
    const Place place{places_[first].begin, places_.back().end};
    text_.resize(first);
    places_.resize(first);
    for (const char c : meaning) {
      push(c, place.begin, place.end);
    }
    return true;
  }

  // Returns the number of the hexadecimal digits at the end when `prefix` stands before them.
  std::optional<std::uint64_t> last_number(std::string_view prefix, std::size_t digits,
                                           std::size_t behind = 0) const {
    const std::size_t length = prefix.size() + digits + behind;
    if (text_.size() < length) {
      return std::nullopt;
    }
    const std::string_view last = std::string_view{text_}.substr(text_.size() - length);
    return last.starts_with(prefix) ? parse_digits(last.substr(prefix.size(), digits), 16)
                                    : std::nullopt;
  }

  // Decodes an escape that ends with the text. Returns false when there is none.
  bool decode_last() {
    for (const std::string_view prefix : {"%", "\\x"}) {
      if (const auto byte = last_number(prefix, 2)) {
        return replace_last(prefix.size() + 2, std::string{static_cast<char>(*byte)});
      }
    }
    return decode_code_unit() || decode_letter() || (text_.ends_with(';') && decode_reference());
  }

  // Decodes `\uXXXX`, or two of them that are a surrogate pair.
  bool decode_code_unit() {
    constexpr std::string_view prefix = "\\u";
    constexpr std::size_t length = 6;
    const auto unit = last_number(prefix, 4);
    const auto is_surrogate = [](std::uint64_t value, std::uint64_t first) {
      return value >= first && value < first + 0x400;
    };
    if (!unit || is_surrogate(*unit, 0xD800)) {
      return false; // or the first half of a pair
    }
    std::string character;
    if (!is_surrogate(*unit, 0xDC00)) {
      append_utf8(character, static_cast<char32_t>(*unit));
      return replace_last(length, character);
    }
    const auto high = last_number(prefix, 4, length);
    if (!high || !is_surrogate(*high, 0xD800)) {
      return false;
    }
    append_utf8(character,
                static_cast<char32_t>(0x10000 + ((*high - 0xD800) << 10U) + (*unit - 0xDC00)));
    return replace_last(2 * length, character);
  }

  // Decodes an escape such as `\n`, which stands for white space or a control character.
  bool decode_letter() {
    const bool is_letter_escape =
        text_.size() >= 2 && text_[text_.size() - 2] == '\\' &&
        std::string_view{"bfnrt"}.find(text_.back()) != std::string_view::npos;
    return is_letter_escape && replace_last(2, "");
  }

  // Decodes the character references that HTML takes for its own characters.
  bool decode_reference() {
    struct Reference {
      std::string_view text;
      std::string_view meaning;
    };
    constexpr std::array references{
        Reference{"&amp;", "&"},   Reference{"&lt;", "<"},   Reference{"&gt;", ">"},
        Reference{"&quot;", "\""}, Reference{"&#34;", "\""}, Reference{"&#39;", "'"},
        Reference{"&#x27;", "'"},  Reference{"&apos;", "'"}, Reference{"&#43;", "+"}};
    const auto* const found = std::ranges::find_if(
        references, [this](const Reference& one) { return text_.ends_with(one.text); });
    return found != references.end() && replace_last(found->text.size(), found->meaning);
  }

  void keep_what_is_shown() {
    std::size_t kept = 0;
    for (std::size_t at = 0; at < text_.size();) {
      const CodePoint c = first_code_point(std::string_view{text_}.substr(at));
      const bool is_kept =
          c.length > 0 && !acts_on_terminal(c.value) && c.value != ' ' && c.value != '\\';
      for (const std::size_t next = at + std::max<std::size_t>(c.length, 1); at < next; ++at) {
        if (is_kept) {
          text_[kept] = text_[at];
          places_[kept++] = places_[at];
        }
      }
    }
    text_.resize(kept);
    places_.resize(kept);
  }

  std::string text_;
  std::vector<Place> places_; // of each byte of the text
};

// Adds the digits of Base64 that encode nothing but the secret, for each of the three places where
// it may begin in a group of three bytes.
void add_encodings(std::vector<std::string>& spellings, const std::string& secret) {
  constexpr std::size_t bits_of_digit = 6;
  for (std::size_t before = 0; before < 3; ++before) {
    const std::string digits = base64(std::string(before, '\0') + secret);
    const std::size_t first = (before * 8 + bits_of_digit - 1) / bits_of_digit;
    const std::size_t end = (before + secret.size()) * 8 / bits_of_digit;
    spellings.push_back(digits.substr(first, end - first));
    // The alphabet for URLs (RFC 4648, section 5).
    spellings.push_back(replaced(replaced(spellings.back(), '+', '-'), '/', '_'));
  }
}

// Marks the bytes of a text that are a secret in one of its spellings.
class Marks {
public:
  Marks(std::string_view text, Plain::Escapes escapes, std::vector<bool>& is_secret)
      : text_{text, escapes}, escapes_{escapes}, is_secret_{is_secret} {}

  // Marks every occurrence of a spelling, and its beginning at the end of the text.
  void add(std::string_view given) {
    const std::string spelling = Plain{given, escapes_}.text();
    const std::string_view text = text_.text();
    if (spelling.empty()) { // nothing of it is shown, or nothing is left of its escapes
      return;
    }
    std::size_t marked = 0; // the end of what is marked already
    for (std::size_t at = 0; (at = text.find(spelling, at)) != text.npos; ++at) {
      mark(std::max(at, marked), at + spelling.size());
      marked = at + spelling.size();
    }
    for (std::size_t size = std::min(spelling.size() - 1, text.size()); size >= shortest_secret;
         --size) {
      if (text.ends_with(std::string_view{spelling}.substr(0, size))) {
        return mark(text.size() - size, text.size());
      }
    }
  }

private:
  void mark(std::size_t begin, std::size_t end) {
    std::fill(is_secret_.begin() + static_cast<std::ptrdiff_t>(text_.begin(begin)),
              is_secret_.begin() + static_cast<std::ptrdiff_t>(text_.end(end - 1)), true);
  }

  Plain text_;
  Plain::Escapes escapes_;
  std::vector<bool>& is_secret_; // of each byte of the original text
};

} // namespace

std::string without_secrets(const std::string& text, std::span<const Secret> secrets) {
  if (text.empty()) { // as the body of a success is
    return text;
  }
  std::vector<std::string> spellings;
  for (const Secret& secret : secrets) {
    if (const std::string& word = secret.reveal(); word.size() >= shortest_secret) {
      // In a form, a plus stands for a space. Decoding the percent-encoding of a secret that looks
      // like an escape would decode the secret as well, so the encoding is looked for as it is.
      spellings.insert(spellings.end(), {word, replaced(word, ' ', '+'), replaced(word, '+', ' '),
                                         percent_encoded(word)});
      add_encodings(spellings, word);
    }
  }
  // What looks like an escape may be none, as the %ab before a secret that begins with ab.
  std::vector<bool> is_secret(text.size());
  for (const Plain::Escapes escapes : {Plain::Escapes::kept, Plain::Escapes::decoded}) {
    Marks marks{text, escapes, is_secret};
    for (const std::string& spelling : spellings) {
      marks.add(spelling);
    }
  }
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_secret[i]) {
      shown += text[i];
    } else if (i == 0 || !is_secret[i - 1]) {
      shown += "…";
    }
  }
  return shown;
}

} // namespace metrics_event
