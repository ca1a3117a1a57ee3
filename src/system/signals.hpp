#pragma once

#include "base/value.hpp"

namespace metrics_event {

/// Opens what ends the waits when a signal is noted; to come before all else that is opened. Being
/// the first, it also finds the places of standard streams that are closed, and fills them, so that
/// no socket takes one and gets our words: reading and writing them fails, as it would have.
void open_interruption();

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

/// Waits until a descriptor is ready for one of the events of poll(2), and returns for which; 0 at
/// the deadline or when a signal is noted. -1 is a descriptor that never is.
short await(int descriptor, short events, Deadline deadline);

/// The same for something to read, or an end.
bool await_input(int descriptor, Deadline deadline);

} // namespace metrics_event
