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
/// first entry is kept.
class Spooler {
public:
  Spooler(const Settings& settings, Clock& clock) : settings_{settings}, clock_{clock} {}

  /// Returns true when an event whose delivery ended with `failure` is to be kept: the settings ask
  /// for that, and the event was not refused for its content.
  bool keeps(const Failure& failure) const;

  /// Keeps an entry after `attempts` attempts to deliver it, which left a doubt or none. Throws
  /// Failure (cantcreat) when the spool cannot take it.
  void keep(const Entry& entry, int attempts, Doubt doubt);

  /// Returns which of these entries wait in the spool, for a caller that does not know whether an
  /// earlier run has kept them. Reads the names of all that waits. Throws Failure (cantcreat).
  std::vector<bool> find_waiting(std::span<const Entry> entries);

private:
  Destination destination() const { return {settings_.url.kept_url(), settings_.org_id}; }

  const Settings& settings_;
  Clock& clock_;
  std::optional<Spool> spool_;
};

} // namespace metrics_event
