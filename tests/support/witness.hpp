#pragma once

#include "temporary.hpp"

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace metrics_event::testing {

/// Polls until the condition holds; throws std::runtime_error, with `what` was awaited, when it
/// does not in time.
void await(const std::string& what, const std::function<bool()>& condition);

/// What proc(5) says of a process in its `stat` behind its name: state, parent, group, session …
/// Empty when there is no such process.
std::vector<std::string> state_of(pid_t process);

/// How a child of ours has ended.
struct RawEnd {
  int status = 0; ///< of its exit
  int signal = 0; ///< that ended it; 0: it has exited
  bool dumped = false;

  bool operator==(const RawEnd&) const = default;
};

/// Waits for the end of a child that is yet to be reaped.
RawEnd await_end(pid_t child);

/// A FIFO that holds whoever reads it until it is let go.
class Gate {
public:
  Gate();

  std::string path() const { return directory_.path() / "gate"; }
  void let_go(const std::string& word = "go") const { write_file(path(), word + '\n'); }

private:
  TemporaryDirectory directory_;
};

/// A COMMAND that writes down each signal that it gets and goes on, until it is told to end.
class Witness {
public:
  Witness();

  /// The words that run it.
  std::vector<std::string> command() const;

  /// Waits until it has begun.
  void await_start() const;

  /// Waits until it has written a line.
  void await_line(const std::string& line) const;

  /// The lines that it has written since it began: the names of signals.
  std::vector<std::string> seen() const;

  pid_t pid() const { return number(1); }
  pid_t parent() const { return number(2); }

  /// Lets it exit with a status.
  void end(int status) const;

private:
  std::vector<std::string> lines() const;
  pid_t number(std::size_t word) const;

  TemporaryDirectory directory_;
};

} // namespace metrics_event::testing
