#pragma once

#include "delivery/spooler.hpp"
#include "loki/transport.hpp"
#include "system/clock.hpp"
#include "system/reminder.hpp"

#include <functional>
#include <optional>

namespace metrics_event {

/// Puts an event that is being delivered into the spool before it has waited for long, so that a
/// kill does not lose it: 150 ms after the beginning, and before every pause. What the spool cannot
/// take then is an error only when the delivery fails.
class Safekeeping {
public:
  /// The delivery begins now. The arguments must outlive this object; `transport` and `clock` are
  /// what the delivery would use without it.
  Safekeeping(Spooler& spooler, const Entry& entry, const Transport& transport, Clock& clock);
  Safekeeping(const Safekeeping&) = delete;
  Safekeeping& operator=(const Safekeeping&) = delete;

  /// What the delivery is to use.
  const Transport& transport() const { return watched_; }
  Clock& clock() { return pausing_; }

  /// Keeps the event, whose delivery failed after `attempts` attempts. Throws Failure (cantcreat)
  /// when the spool cannot take it.
  void keep(int attempts, Doubt doubt);

  /// Removes the event from the spool if it is there, because it was delivered or refused. Throws
  /// Failure (cantcreat).
  void let_go();

private:
  /// A clock that calls a function before every pause.
  class PausingClock final : public Clock {
  public:
    PausingClock(Clock& clock, std::function<void()> before_pause)
        : clock_{clock}, before_pause_{std::move(before_pause)} {}

    Instant now() override { return clock_.now(); }
    Deadline steady_now() override { return clock_.steady_now(); }
    bool sleep_until(Deadline time) override {
      before_pause_();
      return clock_.sleep_until(time);
    }
    double random() override { return clock_.random(); }

  private:
    Clock& clock_;
    std::function<void()> before_pause_;
  };

  void hold();

  Spooler& spooler_;
  const Entry& entry_;
  Transport watched_;
  PausingClock pausing_;
  bool may_be_sent_ = false; // some of a request may have reached the receiver
  std::optional<HeldRecord> held_;
  Reminder reminder_;
};

} // namespace metrics_event
