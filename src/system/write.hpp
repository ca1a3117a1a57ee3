#pragma once

#include "base/value.hpp"

#include <sys/types.h>

#include <string_view>
#include <system_error>

namespace metrics_event {

/// Makes SIGPIPE and SIGXFSZ ordinary errors of what writes. A program that is executed later gets
/// both as we did.
void disarm_write_signals();

/// Writes as much of a text as write(2) takes at once, with those signals disarmed.
ssize_t write_some(int descriptor, std::string_view text);

/// Writes all of a text. A terminal or pipe that is full and non-blocking is waited for until the
/// deadline, whatever signals are noted; then the error is std::errc::stream_timeout, which the
/// system itself never reports here.
std::error_code write_all(int descriptor, std::string_view text,
                          Deadline deadline = Deadline::max());

} // namespace metrics_event
