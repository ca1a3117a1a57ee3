#pragma once

#include "base/mismatch.hpp"
#include "loki/secret.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// The user name and password that a receiver or a proxy asks for.
struct BasicCredentials {
  std::string username;
  Secret password;
};

/// Reads a user name of HTTP's Basic scheme (RFC 7617, section 2): UTF-8 that is not empty and has
/// neither a colon nor control characters. Anything else is a mismatch, which never shows the text.
Parsed<std::string> parse_username(std::string_view text);

/// Reads a password from the text of a file or an environment variable. One newline at the end is
/// removed; an empty password, invalid UTF-8 and control characters are a mismatch, which never
/// shows the text.
Parsed<Secret> parse_password(std::string_view text);

/// Like `parse_password`, for a bearer token: the token is one word of visible ASCII (RFC 6750,
/// section 2.1).
Parsed<Secret> parse_bearer_token(std::string_view text);

/// Returns the value of an Authorization or Proxy-Authorization header (RFC 7617).
Secret basic_authorization(const BasicCredentials& credentials);

/// Returns the value of an Authorization header for a bearer token (RFC 6750).
Secret bearer_authorization(const Secret& token);

} // namespace metrics_event
