#pragma once

#include "loki/push.hpp"
#include "spool/record.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace metrics_event {

/// A record of a spool whose entries go in a push.
struct RecordInPush {
  SpoolName name;
  std::size_t first = 0; // index of its first entry in the push
  std::size_t count = 0;
  bool is_restamped = false;
  Doubt recorded = Doubt::none; // what the record says
};

/// The entries of a spool that go in one push, which belong to one destination and one stream, and
/// the records that they come from.
struct NextPush {
  Destination destination;
  PushRoom room; // the room left beside the entries
  std::vector<Entry> entries{};
  std::vector<Doubt> doubts{}; // what the records, or the file `sending`, say about each entry
  std::vector<RecordInPush> records{};

  /// Returns true when the entries of a record may be sent with it, provided that there is room.
  bool is_for(const SpoolRecord& record) const {
    return destination == record.destination && entries.front().labels == record.labels;
  }

  /// Moves all entries of a record here and returns true, or returns false and leaves them when
  /// there is no room for all of them. The first record always fits.
  bool takes(const SpoolName& name, SpoolRecord& record, bool was_sent) {
    PushRoom after = room;
    const std::size_t first = entries.size();
    for (TimedLine& entry : record.entries) {
      entries.push_back({record.labels, entry.time, std::move(entry.line), record.metadata});
      if (!after.takes(entries.back()) && first > 0) {
        for (std::size_t i = first; i < entries.size(); ++i) {
          record.entries[i - first].line = std::move(entries[i].line);
        }
        entries.resize(first);
        return false;
      }
    }
    room = after;
    const Doubt doubt =
        was_sent && record.doubt == Doubt::none ? Doubt::possibly_stored : record.doubt;
    doubts.resize(entries.size(), doubt);
    records.push_back({name, first, record.entries.size(), record.is_restamped, record.doubt});
    return true;
  }

  /// Returns a record as it stands in the spool, without its entries.
  SpoolRecord head_of(const RecordInPush& record) const {
    SpoolRecord head = record_for(destination, entries[record.first]);
    head.is_restamped = record.is_restamped;
    head.doubt = record.recorded;
    return head;
  }
};

} // namespace metrics_event
