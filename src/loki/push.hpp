#pragma once

#include "loki/entry.hpp"
#include "loki/transport.hpp"

#include <boost/system/result.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Returns the body of a push (Loki's HTTP API, `POST /loki/api/v1/push`, the JSON form). Each
/// stream appears once, with its entries in ascending order of time; otherwise a receiver could
/// refuse the older ones as too far behind.
std::string push_body(std::span<const Entry> entries);

/// Like `push_body`, but replaces the content of `body` and reuses its memory.
void write_push_body(std::string& body, std::span<const Entry> entries);

/// Returns the body of a push of one stream without entries, which a receiver answers like any
/// other push and of which it stores nothing.
std::string empty_push_body(const Labels& labels);

/// Returns the request that carries `body`. The headers of the route follow those of the push; with
/// an empty `org_id`, no tenant header is sent. The caller keeps `body` alive.
Request push_request(Route route, const std::string& org_id, std::string_view body);

/// The largest body of a push, in bytes; Loki accepts messages of up to 4 MiB by default.
inline constexpr std::size_t largest_push = 1024UL * 1024;

/// Returns an upper bound of the body of a push of one entry, in bytes, without making the body.
std::size_t push_bound(const Entry& entry);

/// The largest number of entries in one push.
inline constexpr std::size_t most_entries_a_push = 1000;

/// Tracks the room left in one push while entries of one stream are added one by one. A push is
/// limited to `most_entries` entries, a body of `largest_push` bytes, and 55 minutes between its
/// oldest and its newest entry.
class PushRoom {
public:
  explicit PushRoom(std::size_t most_entries = most_entries_a_push) : most_entries_{most_entries} {}

  /// Reserves room for an entry and returns true, or returns false when there is not enough. The
  /// first entry always fits. `entry` is not kept.
  bool takes(const Entry& entry);

private:
  std::size_t most_entries_;
  std::size_t entries_ = 0;
  std::size_t size_ = 0; // upper bound for the body, in bytes
  Instant oldest_ = Instant::max();
  Instant newest_ = Instant::min();
};

/// Returns the entries of a push body, or a sentence that says why it is not valid. Unlike Loki,
/// the decoder also rejects text that follows the object.
boost::system::result<std::vector<Entry>, std::string> decode_push(std::string_view body);

} // namespace metrics_event
