#pragma once

#include "system/descriptor.hpp"
#include "system/poll.hpp"

#include <poll.h>

#include <cerrno>
#include <chrono>
#include <span>
#include <system_error>

namespace metrics_event::testing {

using Clock = std::chrono::steady_clock;

/// The result of a system call; -1 becomes a std::system_error that names `what`.
template <typename Result>
Result check(Result result, const char* what) {
  if (result == -1) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  return result;
}

using metrics_event::Descriptor;

/// Waits until one of the descriptors is ready (true) or the time is up (false), whatever signals
/// arrive meanwhile. Time that is up wins over a descriptor that is always ready.
inline bool poll_until(std::span<pollfd> watched, Clock::time_point until) {
  for (;;) {
    const int left = poll_timeout(until);
    if (left == 0) {
      return false;
    }
    const int ready = ::poll(watched.data(), watched.size(), left);
    if (ready > 0) {
      return true;
    }
    if (ready == -1 && errno != EINTR) {
      check(ready, "poll");
    }
  }
}

} // namespace metrics_event::testing
