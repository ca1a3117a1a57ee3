#pragma once

#include "base/characters.hpp"
#include "base/mismatch.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

/// Header fields, as pairs of name and value in the order in which they are sent.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// Orders the names of headers, which are not case sensitive (RFC 9110, section 5.1).
struct ByHeaderName {
  bool operator()(std::string_view left, std::string_view right) const {
    return std::ranges::lexicographical_compare(left, right, {}, to_lower, to_lower);
  }
};

/// Extra headers by their names.
using ExtraHeaders = std::map<std::string, std::string, ByHeaderName>;

/// Reads an extra request header of the form `NAME: VALUE` (RFC 9110, section 5): the name is a
/// token, the value is printable ASCII. A header that the push, another setting or the connection
/// determines is a mismatch. The mismatch shows no part of the text that may be a key.
Parsed<Headers::value_type> parse_header(std::string_view text);

/// Reads a tenant ID, the value of X-Scope-OrgID. Loki's rules allow at most 150 letters, digits
/// and characters of `!-_.*'():|`; anything else is a mismatch, which never
/// shows the text.
Parsed<std::string> parse_tenant(std::string_view text);

} // namespace metrics_event
