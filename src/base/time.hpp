#pragma once

#include "base/mismatch.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace metrics_event {

/// A point in time in UTC, in nanoseconds since 1970.
using Instant = std::chrono::sys_time<std::chrono::nanoseconds>;

/// The time at which to give up, on the monotonic clock, which nobody can set.
using Deadline = std::chrono::steady_clock::time_point;

/// Returns a time span in milliseconds, truncated.
constexpr std::chrono::milliseconds whole_milliseconds(Deadline::duration span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span);
}

/// Parses a duration such as `500ms`, `5s`, `1.5s`, `2m` or `1h`. It is more than zero, at most 24
/// hours, and cut to whole milliseconds. A number without a unit is rejected.
Parsed<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Returns a duration in a form that `parse_duration` takes: `5s` when it is a number of whole
/// seconds, otherwise milliseconds such as `1500ms`.
std::string duration_text(std::chrono::milliseconds duration);

/// Parses an age such as `12h` or `7d`, in the units of `parse_duration`. It may be zero. An age of
/// more than about a hundred years is reduced to that.
Parsed<std::chrono::milliseconds> parse_age(std::string_view text);

/// Parses UNIX seconds, with up to nine decimals, or a time of RFC 3339, also with the comma and
/// the offset, such as +0100, that date(1) prints. Times before 1970 or from 2262 on are rejected,
/// and so are numbers so large that they must be milliseconds, microseconds or nanoseconds.
Parsed<Instant> parse_timestamp(std::string_view text);

/// Returns or appends a time in UNIX seconds, with as many decimals as it needs: 1700000000.123.
std::string unix_seconds(Instant time);
void append_unix_seconds(std::string& out, Instant time);

/// Returns or appends a time in UNIX nanoseconds, in digits, as the entries of a push to Loki have
/// it.
std::string unix_nanoseconds(Instant time);
void append_unix_nanoseconds(std::string& out, Instant time);

/// Parses UNIX nanoseconds as `unix_nanoseconds` writes them.
Parsed<Instant> parse_unix_nanoseconds(std::string_view text);

} // namespace metrics_event
