#pragma once

#include <string>
#include <string_view>

namespace metrics_event {

/// Returns a URL, even a malformed one, for messages: `…` replaces everything that may be
/// credentials and each value of the query or the fragment.
std::string redacted_url(std::string_view url);

/// Returns true when a text may be a URL with credentials: it contains `://`, or has an `@` after
/// a colon as `user:password@host` has. A path, which has a slash before any colon, is none.
bool may_hold_credentials(std::string_view text);

/// Replaces each value of the query of a URL, or of a path with a query, by `mark`: with `…`,
/// `?a=b&c=d` becomes `?a=…&c=…`. What has no name is a value, so that `?token` becomes `?=…`.
std::string without_query_values(std::string_view url, std::string_view mark);

/// Returns a value as it is written in the query of a URL and in an HTML form: each byte that is
/// not unreserved (RFC 3986, section 2.3) as `%XX`.
std::string percent_encoded(std::string_view value);

} // namespace metrics_event
