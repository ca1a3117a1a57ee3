#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace metrics_event {

/// Parses the time of an HTTP header such as Date, in any of the three forms of RFC 9110, section
/// 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` (RFC 850) and
/// `Sun Nov  6 08:49:37 1994` (asctime). Returns nullopt for any other text. `now` determines the
/// century of a year that has two digits.
std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& text,
                                                        std::chrono::sys_seconds now);

/// Returns the time in the first of these forms, the only one that RFC 9110 lets a sender generate.
std::string http_date(std::chrono::sys_seconds time);

/// Returns the day in UTC, in the form `2020-02-03`.
std::string iso_date(std::chrono::sys_seconds time);

} // namespace metrics_event
