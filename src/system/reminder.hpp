#pragma once

#include "base/time.hpp"

#include <functional>

namespace metrics_event {

/// Runs a task once at a given time, if the process waits then (see `await`), or else at the next
/// wait. The wait goes on after it. At most one object may exist at a time. The task must not wait.
class Reminder {
public:
  Reminder(Deadline due, std::function<void()> task);
  ~Reminder();
  Reminder(const Reminder&) = delete;
  Reminder& operator=(const Reminder&) = delete;

  /// Returns the time at which a task is due; Deadline::max() when there is none.
  static Deadline due();

  /// Runs the task if it is due at `now`.
  static void run_due(Deadline now);
};

} // namespace metrics_event
