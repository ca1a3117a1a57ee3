#pragma once

namespace metrics_event {

/// Fills the places of closed standard streams, so that no socket takes one and gets our words:
/// reading and writing them fails, as it would have. Makes SIGPIPE and SIGXFSZ ordinary write
/// errors. A program that is executed later gets both as we did.
void secure_standard_streams();

/// Keeps the memory of the process from core dumps and from other processes of its user, from now
/// on (prctl(2), PR_SET_DUMPABLE).
void keep_out_of_cores();

} // namespace metrics_event
