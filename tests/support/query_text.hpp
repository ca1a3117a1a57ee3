#pragma once

#include "loki/entry.hpp"

#include "base/time.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace metrics_event::testing {

/// The parameters of a URL or a form, by their names.
using Parameters = std::map<std::string, std::string>;

/// Returns a parameter, or `fallback` when it is not given.
std::string parameter(const Parameters& parameters, const char* name, const std::string& fallback);

/// The time span and the number of entries that a query asks for.
struct QueryRange {
  Instant start;
  Instant end;
  std::size_t limit = 0;
};

/// Reads `start` and `end`, in nanoseconds and by default the last hour, and `limit`. Returns
/// nothing when one of them is no number.
std::optional<QueryRange> query_range(const Parameters& parameters, const char* usual_limit);

/// Returns the equality matchers of a LogQL stream selector, such as `{a="b", c="d"}`; nothing when
/// Loki would refuse it, or when it has anything else.
std::optional<Labels> parse_selector(std::string_view text);

/// Returns the filters of a LogsQL query by name and value: words such as `a:="b"` or `"a":="b"`,
/// stream filters such as `{a="b"}`, and `*`. Returns nothing for any other query.
std::optional<Labels> parse_logsql(std::string_view text);

/// Returns true when what is stored has every value that is asked for. An empty value also matches
/// what is not there.
bool matches(const Labels& stored, const Labels& asked);

/// Returns labels as receivers print them, such as `{a="b", c="d"}` with the separator `, `.
std::string stream_text(const Labels& labels, std::string_view separator);

/// Returns a time in UTC in the form of strftime(3), which has no part below a second.
std::string utc_text(const char* form, Instant time);

/// Returns the part of a time below a second as Go prints it: with the point, and with as many
/// decimals as it needs.
std::string decimals(Instant time);

} // namespace metrics_event::testing
