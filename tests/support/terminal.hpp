#pragma once

#include "descriptor.hpp"
#include "process.hpp"

#include <string>

namespace metrics_event::testing {

/// A program that leads a session of its own on a pseudo-terminal, which is its standard streams.
/// When this goes, the terminal hangs up and the program is killed.
class Terminal {
public:
  /// Whether there are pseudo-terminals here.
  static bool exist();

  /// Starts the program, named by its absolute path; of the invocation, its arguments and
  /// environment count.
  Terminal(const std::string& program, const Invocation& invocation);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  pid_t pid() const { return pid_; }

  /// The process group that the terminal has in its foreground.
  pid_t foreground() const;

  /// What is typed, control characters included.
  void type(const std::string& text) const;

  /// Reads on until the text has appeared; what was typed appears as well. Throws
  /// std::runtime_error with what has when the text does not come in time.
  void expect(const std::string& text);

  void hang_up() { master_.reset(); }

private:
  Descriptor master_;
  pid_t pid_ = -1;
  std::string unread_;
};

} // namespace metrics_event::testing
