#pragma once

#include "base/value.hpp"
#include "loki/secret.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// A name and its password, for a receiver or for a proxy.
struct BasicCredentials {
  std::string username;
  Secret password;
};

/// A user name of HTTP's Basic scheme (RFC 7617, section 2): no colon, no control characters.
Parsed<std::string> parse_username(std::string_view text);

/// A password as a file or a variable holds it: one newline at its end is left out; control
/// characters are refused. What is wrong never shows the text.
Parsed<Secret> parse_password(std::string_view text);

/// The same for a bearer token, which is one word of visible ASCII (RFC 6750, section 2.1).
Parsed<Secret> parse_bearer_token(std::string_view text);

/// The value of an Authorization or Proxy-Authorization header (RFC 7617).
Secret basic_authorization(const BasicCredentials& credentials);

/// The value of an Authorization header (RFC 6750).
Secret bearer_authorization(const Secret& token);

} // namespace metrics_event
