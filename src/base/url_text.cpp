#include "base/url_text.hpp"

#include "base/characters.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

constexpr std::string_view mark_of_secret = "…";

// Replaces what may be credentials. The URL may be malformed, so a password is assumed anywhere
// before the last @, and also in the place of the port when that is not a number.
std::string without_userinfo(std::string_view url) {
  const std::size_t slashes = url.find("://");
  const bool has_scheme =
      slashes != url.npos && url.substr(0, slashes).find_first_of(":/?#@") == url.npos;
  const std::size_t begin = has_scheme ? slashes + 3 : 0;
  const std::string scheme{url.substr(0, begin)};
  if (const std::size_t at = url.rfind('@'); at != url.npos && at >= begin) {
    return scheme + std::string{mark_of_secret} + std::string{url.substr(at)};
  }
  const std::size_t authority_end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::string_view authority = url.substr(begin, authority_end - begin);
  const std::size_t colon = authority.find(':');
  if (colon == authority.npos || authority.starts_with('[') || url.starts_with("file:") ||
      std::ranges::all_of(authority.substr(colon + 1), is_digit)) {
    return std::string{url};
  }
  return scheme + std::string{authority.substr(0, colon)} + ':' + std::string{mark_of_secret} +
         std::string{url.substr(authority_end)};
}

} // namespace

std::string without_query_values(std::string_view url, std::string_view mark) {
  const std::size_t query = std::min(url.find_first_of("?#"), url.size());
  std::string shown{url.substr(0, query)};
  for (std::size_t begin = query; begin < url.size();) {
    shown += url[begin++]; // what begins the query, or separates two of its parts
    const std::size_t end = std::min(url.find('&', begin), url.size());
    const std::string_view part = url.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    if (!part.empty()) {
      shown.append(part.substr(0, equals == part.npos ? 0 : equals)).append(1, '=').append(mark);
    }
    begin = end;
  }
  return shown;
}

bool may_hold_credentials(std::string_view text) {
  const std::size_t colon = text.find_first_of(":/");
  return text.find("://") != text.npos ||
         (colon != text.npos && text[colon] == ':' && text.find('@', colon) != text.npos);
}

std::string percent_encoded(std::string_view value) {
  std::string encoded;
  for (const char c : value) {
    if (is_letter_or_digit(c) || std::string_view{"-_.~"}.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += to_upper(hex_digits[byte / 16]);
      encoded += to_upper(hex_digits[byte % 16]);
    }
  }
  return encoded;
}

std::string redacted_url(std::string_view url) {
  return without_query_values(without_userinfo(url), mark_of_secret);
}

} // namespace metrics_event
