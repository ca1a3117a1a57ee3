#pragma once

#include "event_type.hpp"
#include "value.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// The value of a field, whose text is as flags take it, as JSON text for the line; or what it
/// should have been.
Parsed<std::string> read_text(const Field& field, std::string_view text);

/// The same of JSON text. A whole number may have a fraction that is zero, which it loses.
Parsed<std::string> read_json(const Field& field, std::string_view json);

/// A timestamp as JSON text: a number of UNIX seconds, or a string as `parse_timestamp` takes it.
Parsed<Instant> read_json_time(std::string_view json);

} // namespace metrics_event
