#pragma once

#include "base/time.hpp"
#include "system/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <system_error>

namespace metrics_event {

/// Locks a whole file with flock(2) until the last descriptor of this opening is closed, also by
/// the end of the process. Another process that holds the lock is waited for no longer than
/// `patience`; the error is then errc::operation_would_block.
std::error_code lock_file(const Descriptor& file, std::chrono::milliseconds patience = {});

/// Locks one byte of a file, like `lock_file` without patience. The error is
/// errc::resource_unavailable_try_again when another process holds the lock.
std::error_code lock_byte(const Descriptor& file, std::uint64_t byte);

/// Returns true when an error of a lock means that the file system has no locks, as a network file
/// system without a lock daemon.
bool has_no_locks(const std::error_code& error);

} // namespace metrics_event
