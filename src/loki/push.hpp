#pragma once

#include "loki/entry.hpp"
#include "loki/transport.hpp"

#include <boost/system/result.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The body of a push (Loki's HTTP API, `POST /loki/api/v1/push`, the JSON form): each stream once,
/// its entries ascending, or a receiver could find the older ones too far behind.
std::string push_body(std::span<const Entry> entries);

/// The same in the place of what `body` holds, whose memory is used again.
void write_push_body(std::string& body, std::span<const Entry> entries);

/// The request that carries `body`, with the headers of the route after our own; an empty `org_id`
/// sends no tenant header.
Request push_request(Route route, const std::string& org_id, std::string_view body);

/// Largest body of a push that is sent, in bytes; Loki's own limit is a message of 4 MiB.
inline constexpr std::size_t largest_push = 1024UL * 1024;

/// Most entries of a push that is sent.
inline constexpr std::size_t most_entries_a_push = 1000;

/// The room of one push, for entries that come one after another: so many, `largest_push`, and 55
/// minutes between the oldest and the newest.
class PushRoom {
public:
  explicit PushRoom(std::size_t most_entries = most_entries_a_push) : most_entries_{most_entries} {}

  /// Whether there is room for an entry, which then takes it. For the first there always is.
  bool takes(const Entry& entry);

private:
  std::size_t most_entries_;
  std::size_t entries_ = 0;
  std::size_t size_ = 0; // at most that of the body, in bytes
  Instant oldest_ = Instant::max();
  Instant newest_ = Instant::min();
  std::set<Labels> streams_;
  const Labels* last_stream_ = nullptr; // among them
};

/// The entries of a push body, or the reason why it is not one, in words. Stricter than Loki about
/// what follows the object.
boost::system::result<std::vector<Entry>, std::string> decode_push(std::string_view body);

} // namespace metrics_event
