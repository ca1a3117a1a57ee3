#pragma once

#include "base/time.hpp"
#include "event/type.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// Appends the value of a field, given as text in the form that flags take, as JSON text. Returns a
/// mismatch when it is not a valid value of the field.
std::optional<Mismatch> append_text(std::string& out, const Field& field, std::string_view text);

/// Appends the value of a field, given as JSON text in the form that `compact_json` returns.
/// Returns a mismatch when it is not a valid value of the field. A whole number may have a fraction
/// of zero, which is removed: 5.0 becomes 5.
std::optional<Mismatch> append_json(std::string& out, const Field& field, std::string_view json);

/// Returns the mismatch of a JSON value. It calls a string a text, so that "5" is not mistaken for
/// the number 5.
Mismatch mismatch_of_json(std::string_view expected, std::string_view json);

/// Returns the value that `append_json` appends, or its mismatch.
Parsed<std::string> read_json(const Field& field, std::string_view json);

/// Reads a timestamp from JSON text: a number of UNIX seconds, or a string that `parse_timestamp`
/// takes.
Parsed<Instant> read_json_time(std::string_view json);

} // namespace metrics_event
