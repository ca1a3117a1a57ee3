#pragma once

#include "base/time.hpp"

#include <sys/types.h>

#include <string_view>
#include <system_error>

namespace metrics_event {

/// Keeps SIGPIPE and SIGXFSZ from ending the process, so that write(2) fails with EPIPE or EFBIG. A
/// program that is executed later inherits the dispositions that this process was started with.
void disarm_write_signals();

/// Calls write(2) once, after `disarm_write_signals`, and returns its result.
ssize_t write_some(int descriptor, std::string_view text);

/// Writes all of a text. A full terminal or pipe that is non-blocking is waited for until the
/// deadline, even when signals are noted. The error at the deadline is std::errc::stream_timeout,
/// which write(2) itself never reports.
std::error_code write_all(int descriptor, std::string_view text,
                          Deadline deadline = Deadline::max());

} // namespace metrics_event
