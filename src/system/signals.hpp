#pragma once

#include "base/time.hpp"

#include <system_error>

namespace metrics_event {

/// Opens the eventfd(2) that ends every wait when a signal is noted. Call this before anything else
/// is opened: it also fills the descriptors of closed standard streams, so that no socket or file
/// gets number 0, 1 or 2 and then our messages. Reading and writing such a stream still fails.
void open_interruption();

/// Makes the first SIGINT, SIGTERM or SIGHUP end every wait instead of the process, which can then
/// keep undelivered entries. The second one ends the process. A signal that the parent process set
/// to be ignored stays ignored. Call this once in a process: after a signal was noted, another call
/// would make the second one be noted as well.
void note_signals();

/// Holds back the first SIGINT, SIGTERM or SIGHUP: waits go on for half a second at most, and the
/// destructor notes the signal. A second one ends the process. At most one object may exist at a
/// time.
class DelayedSignals {
public:
  DelayedSignals();
  ~DelayedSignals();
  DelayedSignals(const DelayedSignals&) = delete;
  DelayedSignals& operator=(const DelayedSignals&) = delete;
};

/// Returns the number of the noted signal, or 0 when there is none.
int noted_signal();

/// Returns the error of a wait that ended without an event: std::errc::interrupted when a signal is
/// noted, and std::errc::stream_timeout otherwise.
std::error_code wait_error();

/// Waits until a descriptor is ready for one of the `events` of poll(2) and returns the events that
/// occurred, or 0 at the deadline or when a signal is noted. Descriptor -1 is never ready. A task
/// of a Reminder runs meanwhile.
short await(int descriptor, short events, Deadline deadline);

/// Waits like `await` until there is input or the end of the file. Returns whether there is.
bool await_input(int descriptor, Deadline deadline);

} // namespace metrics_event
