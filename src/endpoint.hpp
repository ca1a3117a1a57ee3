#pragma once

#include "value.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace metrics_event {

/// Where pushes go: an http URL, taken apart.
struct Endpoint {
  std::string host; // a name or an address literal; IPv6 without brackets
  std::uint16_t port = 0;
  std::string target; // path and query, as sent

  /// `host:port` as the Host header says it (RFC 9110, section 7.2): no port when it is 80.
  std::string authority() const;

  /// The URL as messages show it: the values of its query, which may be secret, are left out.
  std::string url() const;
};

/// A host as it stands before a port: an IPv6 literal in brackets.
std::string bracketed(const std::string& host);

/// The path of the Loki push API.
inline constexpr std::string_view push_path = "/loki/api/v1/push";

/// Takes a base URL or a full push URL: the push path is added only when the path is empty or `/`;
/// the query is kept. What cannot be used yet (https, file, user:password@) is a mismatch as well;
/// a password is never part of the message.
Parsed<Endpoint> parse_endpoint(std::string_view url);

} // namespace metrics_event
