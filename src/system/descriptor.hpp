#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace metrics_event {

/// Owns one file descriptor and closes it. -1 is none, which poll(2) ignores.
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

  /// Closes it now.
  void reset() {
    if (number_ != -1) {
      ::close(release());
    }
  }

  /// Gives it away unclosed: whoever takes the number owns it.
  int release() { return std::exchange(number_, -1); }

private:
  int number_ = -1;
};

/// Both ends of a pipe; neither is inherited by a program that is executed.
struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

/// Makes a pipe. Its ends are none when the system refuses it, for the reason in errno.
inline Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  return ::pipe2(ends.data(), O_CLOEXEC) == 0 ? Pipe{Descriptor{ends[0]}, Descriptor{ends[1]}}
                                              : Pipe{};
}

} // namespace metrics_event
