#pragma once

#include "base/exit_code.hpp"
#include "loki/entry.hpp"
#include "settings/settings.hpp"
#include "spool/spool.hpp"
#include "system/clock.hpp"

#include <optional>
#include <span>
#include <vector>

namespace metrics_event {

/// Returns true when the settings ask for a spool: it is on, and events go to a receiver, not to a
/// file.
bool has_spool(const Settings& settings);

/// Returns true when events that cannot be delivered are kept: there is a spool, and events are
/// sent, which they are not in a dry run or while sending is disabled.
bool keeps_undelivered(const Settings& settings);

/// Keeps undelivered entries in the spool that the settings name. The spool is created when the
/// first entry is kept. Where a call throws Failure (cantcreat), the spool cannot take the entries.
class Spooler {
public:
  Spooler(const Settings& settings, Clock& clock) : settings_{settings}, clock_{clock} {}

  /// Returns the destination of the entries.
  Destination destination() const { return {settings_.url.kept_url(), settings_.org_id}; }

  /// Returns true when an event whose delivery ended with `failure` is to be kept: the settings ask
  /// for that, and the event was not refused for its content.
  bool keeps(const Failure& failure) const;

  /// Keeps, as one record, those entries about which `doubts` has `doubt`, after `attempts`
  /// attempts to deliver them. All entries must be of one stream and have the same metadata. Throws
  /// Failure (cantcreat).
  void keep(std::span<const Entry> entries, std::span<const Doubt> doubts, Doubt doubt,
            int attempts);

  /// Keeps an entry while its delivery goes on. Throws Failure (cantcreat).
  HeldRecord hold(const Entry& entry, Doubt doubt);

  /// Removes an entry that was delivered or refused. Throws Failure (cantcreat).
  void let_go(const HeldRecord& held);

  /// Leaves an entry that could not be delivered to a flush.
  void give_up(HeldRecord held, const Entry& entry, int attempts, Doubt doubt);

  /// Returns true when an entry for the same destination, older than `time`, waits in the spool.
  /// Reads the names of all that waits. Throws Failure (cantcreat).
  bool has_waiting_before(Instant time) const;

  /// Returns which of these entries wait in the spool, for a caller that does not know whether an
  /// earlier run has kept them. Reads the names of all that waits. Throws Failure (cantcreat).
  std::vector<bool> find_waiting(std::span<const Entry> entries) const;

private:
  const Spool& spool();
  SpoolRecord record_of_one(const Entry& entry, Doubt doubt) const;

  const Settings& settings_;
  Clock& clock_;
  std::optional<Spool> spool_;
  RecordText text_; // kept to reuse its memory
};

} // namespace metrics_event
