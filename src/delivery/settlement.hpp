#pragma once

#include "delivery/doubts.hpp"
#include "delivery/drained.hpp"
#include "delivery/next_push.hpp"
#include "delivery/pusher.hpp"
#include "spool/locked_spool.hpp"
#include "system/clock.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace metrics_event {

/// Gives entries that were refused for their age the present as their new entry time. Every time
/// is later than the one before, or the entries would leave each other too far behind for Loki.
class Stamps {
public:
  explicit Stamps(Clock& clock) : clock_{clock} {}

  Instant next() {
    last_ = std::max(clock_.now(), last_ + std::chrono::nanoseconds{1});
    return last_;
  }

private:
  Clock& clock_;
  Instant last_{};
};

/// Carries out in the spool what became of the entries of one push: removes, refuses, restamps,
/// divides or leaves each record as soon as the fate of all its entries is known.
class Settlement {
public:
  Settlement(LockedSpool& spool, const NextPush& push, Doubts& doubts, Stamps& stamps,
             Drained& drained, const DrainListener& listener)
      : spool_{spool}, push_{push}, doubts_{doubts}, stamps_{stamps}, drained_{drained},
        listener_{listener} {}

  /// Notes the fate of the entries that come next. Throws Failure (cantcreat) when a delivered
  /// record cannot be deleted.
  void note(const Pushed& pushed);

  /// Returns the records of restamped entries, which wait to be sent.
  const std::vector<SpoolName>& restamped() const { return restamped_; }

private:
  /// The entries of a record by what becomes of them; those that were delivered are in none.
  struct Division {
    SpoolRecord head;
    std::vector<RefusedEntry> refused;
    std::vector<TimedLine> restamped;
    std::map<Doubt, std::vector<TimedLine>> left;
    int attempts = 0;          // of those that are left
    Doubt doubt = Doubt::none; // about the record if it stays as it is
  };

  const Pushed& fate_of(std::size_t index) const;
  bool is_delivered(const RecordInPush& record) const;
  void settle(const RecordInPush& record);
  Division divide(const RecordInPush& record);
  void leave(const RecordInPush& record, const Division& division);
  void replace(const RecordInPush& record, const Division& division);
  void warn_of_refused(const std::string& file, const RefusedEntry& entry);
  void remove(const std::vector<SpoolName>& names);
  bool changes(const std::function<void()>& change);

  LockedSpool& spool_;
  const NextPush& push_;
  Doubts& doubts_;
  Stamps& stamps_;
  Drained& drained_;
  const DrainListener& listener_;
  std::vector<Pushed> fates_;   // of consecutive entries, from the first one on
  std::size_t next_record_ = 0; // index of the first record that is not settled
  std::vector<SpoolName> restamped_;
};

} // namespace metrics_event
