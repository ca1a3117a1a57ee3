#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace metrics_event {

/// The time of an HTTP header such as Date, in any of its three forms (RFC 9110, section 5.6.7):
/// `Sun, 06 Nov 1994 08:49:37 GMT`, the same in RFC 850's words, `Sun Nov  6 08:49:37 1994`.
/// Nothing of other texts. `now` tells the century of a year of two digits.
std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& text,
                                                        std::chrono::sys_seconds now);

/// The first of these forms, which is the one to send.
std::string http_date(std::chrono::sys_seconds time);

/// The day in UTC: `2020-02-03`.
std::string iso_date(std::chrono::sys_seconds time);

} // namespace metrics_event
