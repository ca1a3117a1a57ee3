#pragma once

#include "base/value.hpp"
#include "loki/credentials.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

enum class Scheme { http, https, file };

/// Where pushes go: a URL, taken apart. Of a file URL only `target` is filled.
struct Endpoint {
  Scheme scheme = Scheme::http;
  std::string host; // a name or an address literal; IPv6 without brackets
  std::uint16_t port = 0;
  std::string target{};                          // path and query, as sent; of a file URL its path
  std::optional<BasicCredentials> credentials{}; // of user:password@

  bool has_password() const { return credentials && !credentials->password.empty(); }

  /// `host:port` as the Host header says it (RFC 9110, section 7.2): no port when it is the
  /// scheme's own.
  std::string authority() const;

  /// The URL as messages show it: without credentials and without the values of its query, which
  /// may be secret.
  std::string url() const;

  /// The URL as it may be kept on disk: as above, but one that parses; the values of its query are
  /// empty.
  std::string kept_url() const;

  /// Whether another is on the same server, so that it may be shown the same credentials.
  bool has_origin_of(const Endpoint& other) const;
};

/// A URL, be it malformed, as messages show it: without what may be credentials and without the
/// values of a query.
std::string redacted_url(std::string_view url);

/// The values of an endpoint's query, which may be secret.
std::vector<std::string> query_values(const Endpoint& endpoint);

/// The path of the Loki push API.
inline constexpr std::string_view push_path = "/loki/api/v1/push";

/// Takes a base URL or a full push URL: the push path is added only when the path is empty or `/`;
/// the query is kept. `file:///path` names a file (RFC 8089).
/// A password is never part of the mismatch.
Parsed<Endpoint> parse_endpoint(std::string_view url);

/// Whether no proxy is used to reach an endpoint: for a file, for this machine, and for what curl's
/// `no_proxy` list has.
bool goes_direct(const Endpoint& endpoint, std::string_view no_proxy);

/// Takes a proxy as curl does: a URL or `host[:port]`, with `user:password@` where it wants that;
/// the port is 1080 unless it is given. Proxies that are not plain HTTP are refused.
Parsed<Endpoint> parse_proxy(std::string_view text);

} // namespace metrics_event
