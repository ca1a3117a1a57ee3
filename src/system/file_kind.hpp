#pragma once

#include <sys/types.h>

#include <system_error>

namespace metrics_event {

/// Returns an error that says what a file is, from its mode (stat(2)): "it is a directory", "it is
/// a FIFO" and so on. It is for a file that had to be a regular one.
std::error_code file_kind(mode_t mode);

/// Returns whether an error is one of `file_kind`.
bool is_file_kind(const std::error_code& error);

} // namespace metrics_event
