#pragma once

#include "base/value.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

/// Header fields: names and values, in order.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// An extra request header as `NAME: VALUE` (RFC 9110, section 5): the name a token, the value
/// printable ASCII. Those that the push, a setting or the connection decides about are refused.
Parsed<Headers::value_type> parse_header(std::string_view text);

/// A tenant, the value of X-Scope-OrgID, by Loki's rules for its ID.
Parsed<std::string> parse_tenant(std::string_view text);

} // namespace metrics_event
