#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace metrics_event {

/// The time of an HTTP header such as Date (RFC 9110, section 5.6.7, the form that is to be sent):
/// `Sun, 06 Nov 1994 08:49:37 GMT`. Nothing of other texts.
std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& text);

/// The same the other way round.
std::string http_date(std::chrono::sys_seconds time);

/// The day in UTC: `2020-02-03`.
std::string iso_date(std::chrono::sys_seconds time);

} // namespace metrics_event
