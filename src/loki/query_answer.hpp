#pragma once

#include "loki/query.hpp"

#include <cstddef>
#include <map>

namespace metrics_event {

/// The largest answer to a query that is read, in bytes.
inline constexpr std::size_t largest_query_answer = 8UL * 1024 * 1024;

/// The entries of one stream that a receiver is asked for, by their entry times, and whether an
/// answer has returned each of them.
struct AskedEntry {
  const Entry* entry;
  bool is_found = false;
};
using AskedEntries = std::multimap<Instant, AskedEntry>;

/// What the answer to one query says.
struct QueryAnswer {
  enum class Kind {
    entries,    // it has the entries of the range, at most `most_entries_an_answer` of them
    too_large,  // it has more bytes than are read
    impossible, // the receiver cannot be asked like that, or we may not ask it
    unknown,    // there is no answer now, and there may be one later
  };
  Kind kind = Kind::entries;
  std::size_t count = 0; // of the entries that the answer has, ours and others
  Instant oldest = Instant::max();
  Instant newest = Instant::min();
  std::string trouble{}; // why there are no entries, in words

  /// Returns true when the receiver may have left out entries of the range.
  bool is_full() const { return count >= most_entries_an_answer; }
};

/// Reads the answer to a query and marks those of the asked entries that it has. An entry counts as
/// found when the answer has its time, its line and its metadata in a stream with its labels. Loki
/// adds the labels `service_name` and `detected_level`, an agent may add any. VictoriaLogs returns
/// the fields of a line and not the line itself.
QueryAnswer read_query_answer(const QueryPlace& place, const Reply& reply, AskedEntries& asked);

} // namespace metrics_event
