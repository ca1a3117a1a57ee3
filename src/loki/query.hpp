#pragma once

#include "base/mismatch.hpp"
#include "base/time.hpp"
#include "loki/endpoint.hpp"
#include "loki/entry.hpp"
#include "loki/transport.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The HTTP APIs that return stored entries: `query_range` of Loki, and `query` of VictoriaLogs,
/// which takes LogsQL.
enum class QueryApi { loki, victoria_logs };

/// Where a receiver can be asked for entries, and what to expect of its answers.
struct QueryPlace {
  Endpoint endpoint; // its target has no query
  QueryApi api = QueryApi::loki;
  bool may_add_labels = false; // pushes go to an agent, which may add labels to a stream
  std::vector<std::string> message_fields{}; // the first that a line has becomes `_msg`

  /// Returns the time for which an accepted entry may be missing from the answers: 5 s for
  /// VictoriaLogs, which keeps new entries in memory, and none for Loki.
  std::chrono::milliseconds blind_time() const;

  /// Returns false when an entry may be missing from the answers also after that time: Loki does
  /// not return an entry whose time is more than 150 minutes ago until it has flushed its chunk.
  bool returns(Instant entry_time, Instant now) const;
};

/// The largest number of entries in one answer: the default of Loki's max_entries_limit_per_query.
inline constexpr std::size_t most_entries_an_answer = 5000;

/// Reads the setting `query-url`: a base URL of Loki, or a full URL whose path ends in
/// `/query_range` for Loki or in `/select/logsql/query` for VictoriaLogs. Any other text is a
/// mismatch.
Parsed<Endpoint> parse_query_url(std::string_view url);

/// Returns where to ask for the entries that are pushed to `push` with the headers of the settings.
/// `given` is the setting `query-url`; without it, the place follows from the path of the push API.
/// Returns nothing when there is no such place, or when an option of VictoriaLogs changes what it
/// stores in a way that we could not recognise.
std::optional<QueryPlace> query_place(const Endpoint& push, const ExtraHeaders& headers,
                                      const std::optional<Endpoint>& given);

/// A range of entry times; both ends belong to it.
struct TimeRange {
  Instant first;
  Instant last;
};

/// Returns the parameters of a query for the entries of one stream, as an HTML form encodes them.
/// Loki returns the oldest entries of the range first, VictoriaLogs the newest ones.
std::string query_parameters(const QueryPlace& place, const Labels& labels, const TimeRange& times);

/// Returns the request for a query along `route`, whose endpoint is that of the place. Parameters
/// of more than 4 KiB are the body of a POST request; the caller keeps them alive.
Request query_request(Route route, const QueryPlace& place, const std::string& org_id,
                      const std::string& parameters);

} // namespace metrics_event
