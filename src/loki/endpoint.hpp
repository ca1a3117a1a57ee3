#pragma once

#include "base/mismatch.hpp"
#include "loki/credentials.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

enum class Scheme { http, https, file };

/// The parsed URL that pushes are sent to. For a file URL only `scheme` and `target` are set.
struct Endpoint {
  Scheme scheme = Scheme::http;
  std::string host; // a name or an address literal; IPv6 without brackets and zone
  std::uint16_t port = 0;
  std::string target{};                          // path and query as sent; or the file's path
  std::optional<BasicCredentials> credentials{}; // from user:password@ in the URL
  std::string zone{}; // the interface of an IPv6 address, such as eth0; only this machine knows it

  /// Returns the path of an http or https URL, without the query.
  std::string path() const { return target.substr(0, target.find('?')); }

  bool has_password() const { return credentials && !credentials->password.empty(); }

  /// Returns the host to connect to, with its zone if it has one: `fe80::1%eth0`.
  std::string host_in_zone() const { return host + (zone.empty() ? "" : '%' + zone); }

  /// Returns `host:port` in the form of the Host header (RFC 9110, section 7.2): the scheme's
  /// default port is left out, and so is the zone (RFC 6874, section 4).
  std::string authority() const;

  /// Returns the URL for messages: without credentials, and with `…` for each value of its query,
  /// because those may be secret.
  std::string url() const;

  /// Returns the URL for storage on disk. Like `url`, but the values of the query are empty, so
  /// that `parse_endpoint` accepts the result.
  std::string kept_url() const;

  /// Returns true when both endpoints have the same scheme, host, zone and port, so that
  /// credentials for one may be sent to the other.
  bool has_origin_of(const Endpoint& other) const;
};

/// Returns the names and values of an endpoint's query, as encoded in the URL. What has no name is
/// a value, with an empty name. The values may be secret.
std::vector<std::pair<std::string, std::string>> query_pairs(const Endpoint& endpoint);

/// The path of Loki's push API.
inline constexpr std::string_view push_path = "/loki/api/v1/push";

/// Reads a base URL or a full push URL of at most 2048 bytes. The push path is added only when the
/// path is empty or consists of slashes; the query is kept. `file:///path` names a file (RFC 8089).
/// The address of an IPv6 literal may have a zone, escaped as `%25eth0` (RFC 6874) or not. The
/// mismatch for any other text names a character that no URL has, and shows nothing else of it,
/// because it may have a password anywhere.
Parsed<Endpoint> parse_endpoint(std::string_view url);

/// Like `parse_endpoint`, but `default_path` is the path that is added.
Parsed<Endpoint> parse_endpoint_with_path(std::string_view url, std::string_view default_path);

/// Returns true when no proxy is used to reach an endpoint: it is a file, it is on this machine, or
/// its host is in `no_proxy`, a list in curl's format (see `is_listed`).
bool goes_direct(const Endpoint& endpoint, std::string_view no_proxy);

/// Reads a proxy by curl's rules: a URL or `host[:port]`, with `user:password@` when the proxy
/// requires credentials; the default port is 1080. A proxy that is not plain HTTP is a mismatch.
Parsed<Endpoint> parse_proxy(std::string_view text);

} // namespace metrics_event
