#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// A URL without the zone of its IPv6 address, and the zone.
struct Unzoned {
  std::string url;
  std::string zone;
};

/// Removes the zone of an IPv6 address from a URL, because Boost.URL 1.81 takes none: `%25eth0` by
/// RFC 6874, or `%eth0` as people write it and curl takes it. Returns nothing when there is none.
std::optional<Unzoned> take_zone(std::string_view url);

/// Returns whether an interface may have the name that a zone is: at most 15 characters that RFC
/// 6874 has unescaped.
bool is_zone(std::string_view zone);

} // namespace metrics_event
