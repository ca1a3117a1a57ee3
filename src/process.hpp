#pragma once

namespace metrics_event {

/// Fills the places of closed standard streams, so that no socket takes one and gets our words:
/// reading and writing them fails, as it would have. Makes SIGPIPE and SIGXFSZ ordinary write
/// errors.
void secure_standard_streams();

/// Gives those signals back the dispositions that they had, for a program that takes our place.
/// Async-signal-safe.
void restore_dispositions();

/// Keeps the memory of the process from core dumps and from other processes of its user, from now
/// on (prctl(2), PR_SET_DUMPABLE).
void keep_out_of_cores();

} // namespace metrics_event
