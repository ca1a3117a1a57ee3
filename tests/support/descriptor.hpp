#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

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

/// Owns one file descriptor. -1 is none, which poll() ignores.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ != -1; }

  /// Closes it now.
  void reset() {
    if (fd_ != -1) {
      ::close(std::exchange(fd_, -1));
    }
  }

private:
  int fd_ = -1;
};

/// Both ends of a pipe; neither is inherited by a program that is executed.
struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

/// Makes a pipe.
inline Pipe make_pipe() {
  std::array<int, 2> ends{};
  check(::pipe2(ends.data(), O_CLOEXEC), "pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Waits until one of the descriptors is ready (true) or the time is up (false), whatever signals
/// arrive meanwhile. Time that is up wins over a descriptor that is always ready.
inline bool poll_until(std::span<pollfd> watched, Clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) {
      return false;
    }
    const auto step = static_cast<int>(std::min<std::int64_t>(left, 60'000));
    const int ready = ::poll(watched.data(), watched.size(), step);
    if (ready > 0) {
      return true;
    }
    if (ready == -1 && errno != EINTR) {
      check(ready, "poll");
    }
  }
}

} // namespace metrics_event::testing
