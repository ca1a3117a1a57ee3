#pragma once

#include "descriptor.hpp"

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace metrics_event::testing {

/// Returns pointers to texts and a null pointer behind them, as execve(2) takes arguments and
/// variables. They are valid as long as the texts stay as they are.
std::vector<char*> null_terminated(std::vector<std::string>& texts);

/// How a program ended, and what it said.
struct Outcome {
  int status = 0; ///< its exit status, or 128+n when signal n killed it, as a shell says it
  std::string out{};
  std::string err{};
  std::chrono::milliseconds elapsed{}; ///< from its start to its end
};

/// Waits for the end of a child process, without a limit; its status as in Outcome.
int reap(pid_t child);

/// What a program is given. Nothing is inherited: its environment is exactly this one, its signals
/// start at their defaults with none blocked, its descriptors are 0, 1 and 2.
struct Invocation {
  std::vector<std::string> arguments{}; ///< without argv[0], which is the program's base name
  std::map<std::string, std::string> environment{};
  std::string input{};                      ///< what it can read from stdin, through a pipe
  std::vector<int> closed{};                ///< of 0, 1, 2: those that it starts without
  std::optional<std::string> stdout_path{}; ///< a file as stdout, such as /dev/full
  std::chrono::milliseconds limit{20'000};  ///< for run(): how long it may take
};

/// A program that runs while a test does something else. It leads a process group of its own; when
/// it has ended, or at the latest with this object, whatever is left of the group is killed.
class Background {
public:
  /// Starts the program, named by its absolute path. Throws std::system_error when it cannot be.
  Background(const std::string& program, const Invocation& invocation);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Its process id, which is its own until wait() returns.
  pid_t pid() const { return pid_; }

  /// The most memory that it has had in use until now, while it runs. (What wait4() says of a child
  /// includes the process that it was forked from.)
  std::size_t peak_memory_kib() const;

  /// The next line of its stdout, without the newline. Throws std::runtime_error when none comes
  /// in time, or the stream ends before.
  std::string read_output_line(std::chrono::milliseconds limit) { return read_line(out_, limit); }

  /// The same of its stderr.
  std::string read_error_line(std::chrono::milliseconds limit) { return read_line(err_, limit); }

  /// Closes our end of its stdout: its next write there fails.
  void close_output() { out_.source.reset(); }

  /// Sends a signal to the program alone, not to its group.
  void signal(int number) const;

  /// Waits for its end and returns the output that was not yet read. When it has not ended in time
  /// it is killed: the status is then 137, and the last line of `err` says that we did it.
  Outcome wait(std::chrono::milliseconds limit);

  /// Waits until it has written something to its stdout, which stays unread. Throws
  /// std::runtime_error when nothing arrived in time.
  void await_output(std::chrono::milliseconds limit) const;

private:
  struct Stream {
    Descriptor source;
    std::string text;
  };

  static bool drain(Stream& stream);
  void feed();
  bool pump(Clock::time_point until);
  void finish();
  std::string read_line(Stream& stream, std::chrono::milliseconds limit);

  Clock::time_point started_ = Clock::now();
  Clock::time_point ended_{};
  pid_t pid_ = -1;
  Descriptor running_; ///< a pidfd; none as soon as the program was seen to have ended
  Descriptor input_;
  std::string unfed_; ///< the input that did not yet fit into the pipe
  Stream out_;
  Stream err_;
  std::optional<int> status_; ///< present when the program was reaped
};

/// Returns what a batch has written to stderr, without the summary with which it ends when it took
/// more than a second.
std::string err_of_batch(const Outcome& outcome);

/// Runs a program to its end, or kills it when the limit has passed (see Background::wait).
Outcome run(const std::string& program, const Invocation& invocation);

} // namespace metrics_event::testing
