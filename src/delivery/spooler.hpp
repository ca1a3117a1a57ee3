#pragma once

#include "base/exit_code.hpp"
#include "loki/entry.hpp"
#include "settings/settings.hpp"
#include "spool/spool.hpp"
#include "system/clock.hpp"

#include <optional>

namespace metrics_event {

/// Tells whether events that cannot be delivered are kept: there is a spool, and they would go to a
/// receiver.
bool keeps_undelivered(const Settings& settings);

/// Keeps entries that could not be delivered in the spool of the settings, which is made when the
/// first of them comes.
class Spooler {
public:
  Spooler(const Settings& settings, Clock& clock) : settings_{settings}, clock_{clock} {}

  /// Tells whether an event that failed so is kept. One that the receiver refuses for what it is
  /// would be refused again.
  bool keeps(const Failure& failure) const;

  /// Keeps an entry that was tried in vain so often. Throws Failure (cantcreat).
  void keep(const Entry& entry, int attempts);

private:
  const Settings& settings_;
  Clock& clock_;
  std::optional<Spool> spool_;
};

} // namespace metrics_event
