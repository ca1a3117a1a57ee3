#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace metrics_event {

/// A point in time, to the nanosecond, in UTC.
using Instant = std::chrono::sys_time<std::chrono::nanoseconds>;

/// When to give up, on the clock that nobody sets.
using Deadline = std::chrono::steady_clock::time_point;

/// What a text should have been and was not: `expected …, got "…"`. Parsers say this; callers put
/// the origin in front.
struct Mismatch {
  std::string text;

  Mismatch() = default;
  Mismatch(std::string_view expected, std::string_view got);
};

/// Either the value of a text or what is wrong with it.
template <class T>
using Parsed = boost::system::result<T, Mismatch>;

/// `500ms`, `5s`, `1.5s`, `2m`, `1h`: more than zero, at most 24 hours, to the millisecond. A
/// number without a unit is refused.
Parsed<std::chrono::milliseconds> parse_duration(std::string_view text);

/// A duration as `parse_duration` takes it: in whole seconds, `5s`, else in milliseconds, `1500ms`.
std::string duration_text(std::chrono::milliseconds duration);

/// Like `parse_duration`, but takes days as well, `7d`, and has no such limits.
Parsed<std::chrono::milliseconds> parse_age(std::string_view text);

/// `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case.
Parsed<bool> parse_bool(std::string_view text);

/// A whole number from `smallest` to `largest`, decimal digits only.
Parsed<std::uint64_t> parse_count(std::string_view text, std::uint64_t smallest,
                                  std::uint64_t largest);

/// A number of bytes, plain or in KiB, MiB or GiB: `16MiB`. More than zero.
Parsed<std::uint64_t> parse_byte_size(std::string_view text);

/// The same the other way round, in the largest of these units that leaves no fraction.
std::string byte_size(std::uint64_t bytes);

/// UNIX seconds (with a fraction of up to nine digits) or RFC 3339, not before 1970. Numbers that
/// can only be milliseconds, microseconds or nanoseconds are refused.
Parsed<Instant> parse_timestamp(std::string_view text);

/// `key=value`, split at the first `=`; the key is not empty.
Parsed<std::pair<std::string, std::string>> parse_assignment(std::string_view text);

/// UNIX seconds as a plain number with as many decimals as it takes: 1700000000.123.
std::string unix_seconds(Instant time);
void append_unix_seconds(std::string& out, Instant time);

/// UNIX nanoseconds as digits: the entry time of a push.
std::string unix_nanoseconds(Instant time);
void append_unix_nanoseconds(std::string& out, Instant time);

/// The same the other way round.
Parsed<Instant> parse_unix_nanoseconds(std::string_view text);

} // namespace metrics_event
