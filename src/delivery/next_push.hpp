#pragma once

#include "loki/push.hpp"
#include "spool/record.hpp"

#include <string>
#include <vector>

namespace metrics_event {

/// The entries of a spool that go in one push, which belong to one destination and one stream, and
/// at the same indices what the spool says of them.
struct NextPush {
  Destination destination;
  PushRoom room; // the room left beside the entries
  std::vector<Entry> entries{};
  std::vector<std::string> names{}; // of their files
  std::vector<bool> are_restamped{};
  std::vector<Doubt> recorded{}; // what the records say
  std::vector<Doubt> doubts{};   // the same, with what the file `sending` says

  /// Returns true when the entry of a record may go along, provided that there is room.
  bool is_for(const SpoolRecord& record) const {
    return destination == record.destination && entries.front().labels == record.entry.labels;
  }
};

} // namespace metrics_event
