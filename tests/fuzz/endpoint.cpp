#include "loki/endpoint.hpp"
#include "base/text.hpp"
#include "base/url_text.hpp"
#include "fuzz/target.hpp"

#include <string>
#include <utility>

namespace metrics_event::testing {
namespace {

constexpr auto parsers = {parse_endpoint, parse_proxy};

std::string shown(Parsed<Endpoint> (*parse)(std::string_view), std::string_view url) {
  const auto endpoint = parse(url);
  return endpoint ? endpoint->url() : endpoint.error().text;
}

// Nobody can tell two passwords apart by what is shown, whatever stands around them.
void check_secrecy(const std::string& before, const std::string& after, bool is_userinfo) {
  const std::string one = before + "swordfish" + after;
  const std::string other = before + "clownfish" + after;
  must(redacted_url(one) == redacted_url(other), "a redacted URL tells nothing of its password");
  for (const auto parse : parsers) {
    must(!is_userinfo || shown(parse, one) == shown(parse, other),
         "what is shown tells nothing of the password");
  }
}

// What may be kept on disk leads to the same place.
void check_kept(const Endpoint& endpoint) {
  const auto again = parse_endpoint(endpoint.kept_url());
  must(again.has_value(), "what is kept of a URL is a URL");
  must(again->has_origin_of(endpoint), "it leads to the same server");
  must(!again->credentials, "it has no credentials");
  if (!endpoint.target.empty()) { // as that of a proxy is
    must(again->kept_url() == endpoint.kept_url(), "it stays as it is");
    must(again->url() == endpoint.url(), "it is shown the same");
    auto pairs = query_pairs(endpoint);
    for (auto& pair : pairs) {
      pair.second.clear();
    }
    must(query_pairs(*again) == pairs, "it has the same query without its values");
  }
}

} // namespace

// A URL.
void fuzz_endpoint(std::string_view input) {
  for (const auto parse : parsers) {
    if (const auto endpoint = parse(input)) {
      must(is_safe_to_show(endpoint->url()), "a URL is safe to show");
      if (endpoint->scheme != Scheme::file) {
        check_kept(*endpoint);
      }
      goes_direct(*endpoint, input);
    } else {
      must(is_safe_to_show(endpoint.error().text), "a mismatch is safe to show");
    }
  }
  const std::string redacted = redacted_url(input);
  must(redacted_url(redacted) == redacted, "what is redacted stays as it is");

  const std::string text{input};
  check_secrecy("http://user:", '@' + text, true);
  check_secrecy("https://" + text + ':', "@localhost", false);
  check_secrecy(text + "://user:", "@localhost", false);
}

} // namespace metrics_event::testing
