#include "loki/bad_url.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "base/url_text.hpp"
#include "base/value.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace metrics_event {
namespace {

struct NamedCharacter {
  char character;
  std::string_view name;
};

constexpr std::array named_characters{
    NamedCharacter{' ', "a space"},
    NamedCharacter{'\t', "a tab"},
    NamedCharacter{'\r', "a carriage return"},
    NamedCharacter{'\n', "a newline"},
    NamedCharacter{'"', "a double quote"},
    NamedCharacter{'\'', "a single quote"},
    NamedCharacter{';', "a semicolon"},
    NamedCharacter{',', "a comma"},
};

std::string character_name(std::string_view character) {
  const auto* const named =
      std::ranges::find(named_characters, character.front(), &NamedCharacter::character);
  return named == named_characters.end() ? "the character " + quote(character)
                                         : std::string{named->name};
}

bool is_suspicious(char c) {
  return std::ranges::find(named_characters, c, &NamedCharacter::character) !=
         named_characters.end();
}

bool is_percent_escape(std::string_view text) {
  return text.size() >= 3 && text[0] == '%' && parse_digits(text.substr(1, 2), 16);
}

// Returns the first character that a URL cannot have as it is (RFC 3986, section 2); empty when
// there is none.
std::string_view foreign_character(std::string_view url) {
  constexpr std::string_view marks = "-._~:/?#[]@!$&'()*+,;=";
  for (; !url.empty(); url.remove_prefix(1)) {
    if (!is_letter_or_digit(url[0]) && marks.find(url[0]) == marks.npos &&
        !is_percent_escape(url)) {
      return url.substr(0, std::max<std::size_t>(first_code_point(url).length, 1));
    }
  }
  return {};
}

// Describes the character that is probably the cause, with its remedy; empty when none is.
std::string suspect(std::string_view text) {
  const bool is_quoted = text.size() > 1 && text.front() == text.back() &&
                         (text.front() == '"' || text.front() == '\'');
  if (is_quoted) { // docker --env-file, for one, keeps quotes
    return "one in quotes; remove them";
  }
  if (!text.empty() && is_suspicious(text.front())) {
    return "one that begins with " + character_name(text.substr(0, 1)) + "; remove it";
  }
  if (!text.empty() && is_suspicious(text.back())) {
    return "one that ends with " + character_name(text.substr(text.size() - 1)) + "; remove it";
  }
  const std::string_view character = foreign_character(text);
  if (character.empty()) {
    return "";
  }
  return "one that contains " + character_name(character) + "; " +
         (is_safe_to_show(character) ? "write it as " + percent_encoded(character) : "remove it");
}

// Returns the URL that a host without a scheme stands for; empty for what may be anything else,
// such as a token. Host names are usually typed in lower case, which few secrets are.
std::string with_scheme(std::string_view text) {
  constexpr std::string_view in_url = "abcdefghijklmnopqrstuvwxyz0123456789.-_/:";
  const std::string_view authority = text.substr(0, text.find('/'));
  const std::string_view host = authority.substr(0, authority.find(':'));
  const bool has_port = host.size() < authority.size();
  const bool is_address = host.find_first_not_of("0123456789.") == host.npos;
  const bool is_host = !host.empty() && host.front() != '.' && host.back() != '.' &&
                       (has_port || host == "localhost" || host.find('.') != host.npos);
  if (!is_host || text.find_first_not_of(in_url) != text.npos ||
      (has_port && !parse_count(authority.substr(host.size() + 1), 1, 65535))) {
    return "";
  }
  const bool is_public = !has_port && !is_address && host != "localhost";
  return (is_public ? "https://" : "http://") + std::string{text};
}

} // namespace

Mismatch bad_url(std::string_view expected, std::string_view text) {
  const std::string cause = suspect(text);
  const std::string meant = with_scheme(text);
  return Mismatch::saying("expected " + std::string{expected} +
                          (!cause.empty()   ? ", got " + cause
                           : !meant.empty() ? ", did you mean " + quote(meant) + '?'
                                            : ""));
}

} // namespace metrics_event
