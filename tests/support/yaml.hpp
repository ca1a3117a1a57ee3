#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace metrics_event::testing {

/// What a YAML document says, as Debian's Python reads it; throws std::runtime_error with its words
/// when it is none.
boost::json::value parse_yaml(const std::string& text);

} // namespace metrics_event::testing
