#pragma once

#include "value.hpp"

namespace metrics_event {

/// From now on the first SIGINT, SIGTERM or SIGHUP ends every wait of ours instead of the process,
/// which can so keep what it has not delivered; the second ends it. A signal that whoever started
/// us has made ignored stays so.
void note_signals();

/// While the one of these lives, the first signal is not noted and ends no waiting; it is when this
/// is gone. The second ends the process all the same.
class DelayedSignals {
public:
  DelayedSignals();
  ~DelayedSignals();
  DelayedSignals(const DelayedSignals&) = delete;
  DelayedSignals& operator=(const DelayedSignals&) = delete;
};

/// The signal that was noted; 0: none.
int noted_signal();

/// Waits until there is something to read from a descriptor, or an end, and returns whether there
/// is; the deadline and a noted signal end the waiting. -1 is a descriptor that never has anything.
bool await_input(int descriptor, Deadline deadline);

/// A descriptor that becomes readable, for good, when a signal is noted; -1 before `note_signals`.
int interruption();

} // namespace metrics_event
