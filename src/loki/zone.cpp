#include "loki/zone.hpp"

#include "base/characters.hpp"

#include <algorithm>

namespace metrics_event {

std::optional<Unzoned> take_zone(std::string_view url) {
  const std::size_t slashes = url.find("://");
  const std::size_t begin = slashes == url.npos ? 0 : slashes + 3;
  std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  authority.remove_prefix(authority.rfind('@') + 1); // npos + 1 is 0
  const std::size_t percent = authority.find('%');
  const std::size_t close = authority.find(']');
  if (!authority.starts_with('[') || close == authority.npos || percent > close) {
    return std::nullopt;
  }
  std::string_view zone = authority.substr(percent + 1, close - percent - 1);
  if (zone.starts_with("25") && zone.size() > 2) {
    zone.remove_prefix(2);
  }
  Unzoned result{std::string{url}, std::string{zone}};
  result.url.erase(static_cast<std::size_t>(authority.data() - url.data()) + percent,
                   close - percent);
  return result;
}

bool is_zone(std::string_view zone) {
  constexpr std::size_t longest_name = 15;
  return !zone.empty() && zone.size() <= longest_name && std::ranges::all_of(zone, [](char c) {
    return is_letter_or_digit(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos;
  });
}

} // namespace metrics_event
