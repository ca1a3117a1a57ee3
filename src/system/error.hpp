#pragma once

#include <sys/types.h>

#include <cerrno>
#include <system_error>

namespace metrics_event {

/// Why the last system call failed: errno.
inline std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// The error of a system call by its result, which is below 0 when the call failed.
inline std::error_code error_of(ssize_t result) {
  return result < 0 ? last_error() : std::error_code{};
}

/// Makes a system call again for as long as signals interrupt it, and returns its result.
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
