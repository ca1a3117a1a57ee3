#include "endpoint.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace metrics_event {
namespace {

constexpr std::string_view expected_url = "a URL such as http://localhost:3100";
constexpr std::uint16_t http_port = 80;
constexpr std::size_t longest_url = 2048;

std::string to_string(boost::core::string_view text) {
  return {text.data(), text.size()};
}

// Leaves out all between the scheme and the last @: in a malformed URL a password may stand
// anywhere.
std::string without_userinfo(std::string_view url) {
  const std::size_t slashes = url.find("//");
  const std::size_t begin = slashes == std::string_view::npos ? 0 : slashes + 2;
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos || at < begin) {
    return std::string{url};
  }
  return std::string{url.substr(0, begin)} + "…" + std::string{url.substr(at)};
}

Mismatch mismatch(std::string_view expected, std::string_view url) {
  return {expected, without_userinfo(url)};
}

// `?a=b&c=d` becomes `?a=…&c=…`.
std::string without_query_values(std::string_view target) {
  std::string shown;
  bool in_query = false;
  bool in_value = false;
  for (const char c : target) {
    in_query = in_query || c == '?';
    in_value = in_value && c != '&';
    if (!in_value) {
      shown += c;
    }
    if (in_query && !in_value && c == '=') {
      in_value = true;
      shown += "…";
    }
  }
  return shown;
}

} // namespace

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

std::string Endpoint::authority() const {
  return bracketed(host) + (port == http_port ? "" : ':' + std::to_string(port));
}

std::string Endpoint::url() const {
  return "http://" + authority() + without_query_values(target);
}

Parsed<Endpoint> parse_endpoint(std::string_view url) {
  if (url.size() > longest_url) {
    return mismatch("a URL of at most 2048 bytes", url);
  }
  const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
  const bool has_authority = parsed && parsed->has_authority();
  if (!parsed || (!has_authority && parsed->scheme() != "file")) {
    // `loki:3100` reads as scheme `loki`: what is missing is the scheme.
    const bool lacks_scheme = url.find("//") == std::string_view::npos;
    return lacks_scheme ? mismatch("a URL that starts with http://", url)
                        : mismatch(expected_url, url);
  }
  if (parsed->scheme_id() == boost::urls::scheme::https) {
    return mismatch("an http URL; https is not supported yet", url);
  }
  if (parsed->scheme_id() != boost::urls::scheme::http) {
    return mismatch("an http URL", url);
  }
  if (parsed->has_userinfo()) {
    return mismatch("a URL without credentials; they are not supported yet", url);
  }
  if (parsed->has_fragment()) {
    return mismatch("a URL without a fragment", url);
  }
  // Boost.URL 1.81 takes `http://host:words` for an empty port and a path without its slash.
  const bool detached_path = !parsed->encoded_path().empty() && parsed->encoded_path()[0] != '/';
  if (parsed->host().empty() || detached_path) {
    return mismatch(expected_url, url);
  }
  const std::string port_text =
      parsed->port().empty() ? std::to_string(http_port) : to_string(parsed->port());
  const auto port = parse_count(port_text, 1, 65535); // Boost.URL's own number wraps around
  if (!port) {
    return mismatch("a port from 1 to 65535", url);
  }
  Endpoint endpoint{.host = to_string(parsed->encoded_host_address()),
                    .port = static_cast<std::uint16_t>(*port),
                    .target = to_string(parsed->encoded_path())};
  if (endpoint.target.find_first_not_of('/') == std::string::npos) {
    endpoint.target = push_path;
  }
  if (parsed->has_query()) {
    endpoint.target += '?' + to_string(parsed->encoded_query());
  }
  return endpoint;
}

} // namespace metrics_event
