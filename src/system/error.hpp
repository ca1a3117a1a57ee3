#pragma once

#include <sys/types.h>

#include <cerrno>
#include <system_error>

namespace metrics_event {

/// Returns the error of the last system call, from errno.
inline std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// Returns the error of a system call with this result, which is negative when the call failed.
inline std::error_code error_of(ssize_t result) {
  return result < 0 ? last_error() : std::error_code{};
}

/// Repeats a system call while it fails with EINTR, and returns its result.
template <class Call>
auto uninterrupted(Call call) {
  while (true) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) {
      return result;
    }
  }
}

} // namespace metrics_event
