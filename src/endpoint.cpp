#include "endpoint.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace metrics_event {
namespace {

constexpr std::string_view expected_url = "a URL such as http://localhost:3100";
constexpr std::uint16_t http_port = 80;

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

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

} // namespace

std::string Endpoint::authority() const {
  return bracketed(host) + (port == http_port ? "" : ':' + std::to_string(port));
}

std::string Endpoint::url() const {
  return "http://" + authority() + target;
}

Parsed<Endpoint> parse_endpoint(std::string_view url) {
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
  if (detached_path) {
    return mismatch(expected_url, url);
  }
  const bool bad_port = parsed->has_port() && !parsed->port().empty() && parsed->port_number() == 0;
  if (parsed->host().empty() || bad_port) {
    return mismatch(bad_port ? "a port from 1 to 65535" : expected_url, url);
  }
  Endpoint endpoint{.host = to_string(parsed->encoded_host_address()),
                    .port = parsed->port_number() == 0 ? http_port : parsed->port_number(),
                    .target = to_string(parsed->encoded_path())};
  if (endpoint.target.empty() || endpoint.target == "/") {
    endpoint.target = push_path;
  }
  if (parsed->has_query()) {
    endpoint.target += '?' + to_string(parsed->encoded_query());
  }
  return endpoint;
}

} // namespace metrics_event
