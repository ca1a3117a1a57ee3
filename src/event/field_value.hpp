#pragma once

#include "base/value.hpp"
#include "event/type.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// Appends the value of a field, whose text is as flags take it, as JSON text for the line; or says
/// what it should have been.
std::optional<Mismatch> append_text(std::string& out, const Field& field, std::string_view text);

/// Appends the value of a field that is given as JSON text, as `compact_json` gives it; or says
/// what it should have been. A whole number may have a fraction that is zero, which it loses.
std::optional<Mismatch> append_json(std::string& out, const Field& field, std::string_view json);

/// The value that `append_json` appends.
Parsed<std::string> read_json(const Field& field, std::string_view json);

/// A timestamp as JSON text: a number of UNIX seconds, or a string as `parse_timestamp` takes it.
Parsed<Instant> read_json_time(std::string_view json);

} // namespace metrics_event
