#include "loki/endpoint.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "base/url_text.hpp"
#include "base/value.hpp"
#include "loki/bad_url.hpp"
#include "loki/host.hpp"
#include "loki/zone.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace metrics_event {
namespace {

constexpr std::string_view expected_url = "a URL such as http://localhost:3100";
constexpr std::size_t longest_url = 2048;

std::uint16_t own_port(Scheme scheme) {
  return scheme == Scheme::https ? 443 : 80;
}

std::string to_string(boost::core::string_view text) {
  return {text.data(), text.size()};
}

// Returns `host:port` without the scheme's default port.
std::string with_port(const Endpoint& endpoint, const std::string& host) {
  const bool is_usual = endpoint.port == own_port(endpoint.scheme);
  return bracketed(host) + (is_usual ? "" : ':' + std::to_string(endpoint.port));
}

std::string url_without_query_values(const Endpoint& endpoint, std::string_view mark) {
  const std::string zone = endpoint.zone.empty() ? "" : "%25" + endpoint.zone;
  const std::string place =
      with_port(endpoint, endpoint.host + zone) + without_query_values(endpoint.target, mark);
  switch (endpoint.scheme) {
  case Scheme::http: return "http://" + place;
  case Scheme::https: return "https://" + place;
  case Scheme::file: break;
  }
  return "file://" + endpoint.target;
}

// A message never shows the URL, not even a part of it: a malformed one may have a password
// anywhere.
Mismatch mismatch(std::string_view expected) {
  return Mismatch::saying("expected " + std::string{expected});
}

// Returns whether an @ follows the authority of a URL. The author of `http://user:12/ab@host` meant
// it as a part of the password, which would else be taken for a port and a path, and be shown.
bool has_late_at(std::string_view url) {
  const std::size_t slashes = url.find("://");
  if (slashes == url.npos || lower_case(url.substr(0, slashes)) == "file") {
    return false;
  }
  const std::size_t end = url.find_first_of("/?#", slashes + 3);
  return end != url.npos && url.find('@', end) != url.npos;
}

constexpr std::string_view expected_no_late_at =
    "a URL without an @ after its host; in a password, / is written as %2F, ? as %3F, # as %23 "
    "and @ as %40";

// Accepts `file:///path`, `file://localhost/path` and `file:/path`, the forms of RFC 8089.
Parsed<Endpoint> file_endpoint(const boost::urls::url_view& parsed) {
  const std::string host = to_string(parsed.encoded_host());
  const std::string path = parsed.path();
  const bool is_local = host.empty() || host == "localhost";
  if (!is_local || !path.starts_with('/') || parsed.has_query() || parsed.has_fragment() ||
      !is_safe_to_show(path)) {
    return mismatch("a file URL such as file:///var/log/metrics.log");
  }
  return Endpoint{.scheme = Scheme::file, .target = path};
}

// Reads `user:password@`. Only a proxy may have a user name without a password.
Parsed<BasicCredentials> credentials_of(const boost::urls::url_view& parsed, bool is_proxy) {
  const auto username = parse_username(parsed.user());
  if (!username) {
    return mismatch("a URL with a user name before the @");
  }
  if (parsed.password().empty() && is_proxy) {
    return BasicCredentials{*username, {}};
  }
  if (parsed.password().empty()) {
    return mismatch("a URL with a password after the user name");
  }
  auto password = parse_password(parsed.password());
  if (!password) {
    return mismatch("a URL with a password without control characters");
  }
  return BasicCredentials{*username, *std::move(password)};
}

// Adds the zone that was taken from the URL of an endpoint, if any.
Parsed<Endpoint> in_zone(Parsed<Endpoint> endpoint, const std::optional<Unzoned>& unzoned) {
  constexpr std::size_t ipv6_bytes = 16;
  if (!endpoint || !unzoned) {
    return endpoint;
  }
  if (!is_zone(unzoned->zone) || address_bytes(endpoint->host).size() != ipv6_bytes) {
    return mismatch("an IPv6 address and the name of an interface, as in http://[fe80::1%25eth0]");
  }
  endpoint->zone = unzoned->zone;
  return endpoint;
}

// Reads scheme, host, port, credentials, path and query of an http or https URL. A default port is
// given for a proxy only.
Parsed<Endpoint> http_endpoint(const boost::urls::url_view& parsed,
                               std::string_view expected = expected_url,
                               std::optional<std::uint16_t> default_port = {}) {
  const bool is_https = parsed.scheme_id() == boost::urls::scheme::https;
  Endpoint endpoint{.scheme = is_https ? Scheme::https : Scheme::http,
                    .host = to_string(parsed.encoded_host_address()),
                    .port =
                        default_port.value_or(own_port(is_https ? Scheme::https : Scheme::http)),
                    .target = to_string(parsed.encoded_path())};
  if (parsed.has_fragment()) {
    return mismatch("a URL without a fragment");
  }
  // Boost.URL 1.81 reads `http://host:words` as an empty port and a path without its slash.
  const bool detached_path = !endpoint.target.empty() && endpoint.target[0] != '/';
  if (endpoint.host.find_first_not_of('.') == std::string::npos || detached_path) {
    return bad_url(expected, to_string(parsed.buffer()));
  }
  if (!parsed.port().empty()) {
    // Boost.URL's numeric port wraps around, so the digits are parsed here.
    const auto port = parse_count(to_string(parsed.port()), 1, 65535);
    if (!port) {
      return mismatch("a port from 1 to 65535");
    }
    endpoint.port = static_cast<std::uint16_t>(*port);
  }
  if (parsed.has_userinfo()) {
    auto credentials = credentials_of(parsed, default_port.has_value());
    if (!credentials) {
      return credentials.error();
    }
    endpoint.credentials = *std::move(credentials);
  }
  if (parsed.has_query()) {
    endpoint.target += '?' + to_string(parsed.encoded_query());
  }
  return endpoint;
}

} // namespace

std::vector<std::pair<std::string, std::string>> query_pairs(const Endpoint& endpoint) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const std::string_view target = endpoint.target;
  for (std::size_t start = target.find('?'); start != target.npos;
       start = target.find('&', start + 1)) {
    const std::string_view pair = target.substr(start + 1, target.find('&', start + 1) - start - 1);
    const std::size_t equals = pair.find('=');
    if (equals != pair.npos) {
      pairs.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    } else if (!pair.empty()) {
      pairs.emplace_back("", pair);
    }
  }
  return pairs;
}

std::string Endpoint::authority() const {
  return with_port(*this, host);
}

std::string Endpoint::url() const {
  return url_without_query_values(*this, "…");
}

std::string Endpoint::kept_url() const {
  return url_without_query_values(*this, "");
}

bool Endpoint::has_origin_of(const Endpoint& other) const {
  return scheme == other.scheme && port == other.port &&
         lower_case(host) == lower_case(other.host) && zone == other.zone;
}

bool goes_direct(const Endpoint& endpoint, std::string_view no_proxy) {
  return endpoint.scheme == Scheme::file || is_loopback(endpoint.host) ||
         is_listed(no_proxy, endpoint.host, endpoint.port);
}

Parsed<Endpoint> parse_endpoint(std::string_view url) {
  return parse_endpoint_with_path(url, push_path);
}

Parsed<Endpoint> parse_endpoint_with_path(std::string_view url, std::string_view default_path) {
  if (url.size() > longest_url) {
    return mismatch("a URL of at most 2048 bytes");
  }
  const std::optional<Unzoned> unzoned = take_zone(url);
  const std::string_view text = unzoned ? std::string_view{unzoned->url} : url;
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  const bool is_file = parsed && parsed->scheme_id() == boost::urls::scheme::file;
  if (has_late_at(url)) {
    return mismatch(expected_no_late_at);
  }
  if (!parsed || !(parsed->has_authority() || is_file)) {
    // `loki:3100` parses as a URL with the scheme `loki`; its author left out `http://`.
    const bool lacks_scheme = url.find("//") == std::string_view::npos && !url.starts_with("file:");
    return bad_url(lacks_scheme ? "a URL that starts with http:// or https://" : expected_url, url);
  }
  if (is_file) {
    return file_endpoint(*parsed);
  }
  if (parsed->scheme_id() != boost::urls::scheme::http &&
      parsed->scheme_id() != boost::urls::scheme::https) {
    return mismatch("an http, https or file URL");
  }
  auto endpoint = in_zone(http_endpoint(*parsed), unzoned);
  if (!endpoint) {
    return endpoint;
  }
  const std::size_t path = endpoint->target.find_first_not_of('/');
  const bool lacks_path = path == std::string::npos || endpoint->target[path] == '?';
  if (lacks_path) {
    endpoint->target.replace(0, path, default_path);
  }
  // A URL that became longer than this could not be parsed again.
  if ((lacks_path || unzoned) && endpoint->kept_url().size() > longest_url) {
    return mismatch("a URL of at most 2048 bytes");
  }
  return endpoint;
}

Parsed<Endpoint> parse_proxy(std::string_view text) {
  constexpr std::string_view expected =
      "an http proxy such as http://proxy.example.com:3128 (--no-proxy '*' goes without)";
  constexpr std::uint16_t curls_port = 1080;
  const bool has_scheme = text.find("://") != std::string_view::npos;
  const std::string url = (has_scheme ? "" : "http://") + std::string{text};
  const std::optional<Unzoned> unzoned = take_zone(url);
  const auto parsed = boost::urls::parse_uri(unzoned ? unzoned->url : url);
  if (has_late_at(url)) {
    return mismatch(expected_no_late_at);
  }
  if (!parsed || !parsed->has_authority() || parsed->scheme_id() != boost::urls::scheme::http ||
      url.size() > longest_url) {
    return bad_url(expected, text);
  }
  auto proxy = in_zone(http_endpoint(*parsed, expected, curls_port), unzoned);
  if (proxy) {
    proxy->target.clear(); // curl ignores a proxy's path, too
  }
  return proxy;
}

} // namespace metrics_event
