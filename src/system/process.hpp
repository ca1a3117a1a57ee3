#pragma once

#include <sys/types.h>

#include <string_view>

namespace metrics_event {

/// Makes SIGPIPE and SIGXFSZ ordinary errors of what writes. A program that is executed later gets
/// both as we did.
void disarm_write_signals();

/// write(2), after that.
ssize_t write_some(int descriptor, std::string_view text);

/// Keeps the memory of the process from core dumps and from other processes of its user, from now
/// on (prctl(2), PR_SET_DUMPABLE).
void keep_out_of_cores();

} // namespace metrics_event
