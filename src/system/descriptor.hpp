#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace metrics_event {

/// Owns one file descriptor and closes it. The number -1 means none; poll(2) ignores it.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(Descriptor&& other) noexcept : number_{other.release()} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ != -1; }

  /// Closes the descriptor now.
  void reset() {
    if (number_ != -1) {
      ::close(release());
    }
  }

  /// Returns the number without closing it. The caller owns the descriptor from then on.
  int release() { return std::exchange(number_, -1); }

private:
  int number_ = -1;
};

/// Both ends of a pipe. Executed programs inherit neither (O_CLOEXEC).
struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

/// Makes a pipe. When pipe2(2) fails, both ends are none and errno has the reason.
inline Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  return ::pipe2(ends.data(), O_CLOEXEC) == 0 ? Pipe{Descriptor{ends[0]}, Descriptor{ends[1]}}
                                              : Pipe{};
}

} // namespace metrics_event
