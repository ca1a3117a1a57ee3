#pragma once

#include "process.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event::testing {

/// What befalls a program at one of its system calls.
struct Fault {
  std::string call;
  int occurrence = 1;       ///< 1 is the first
  std::string effect;       ///< in strace's words: signal=SIGKILL, error=EIO, retval=0
  bool is_repeated = false; ///< befalls every later call as well
};

/// A run with a fault.
struct FaultyRun {
  Outcome outcome;
  bool was_hit = false;     ///< false: the program did not come to that call
  std::ptrdiff_t syncs = 0; ///< how often fsync() succeeded
};

/// The names of the system calls that a program makes, in their order, from its first one, which
/// its loader makes, to its last; nothing where it cannot be traced. `outcome` is how that ended.
std::optional<std::vector<std::string>> calls_of(const std::string& program,
                                                 const Invocation& invocation, Outcome& outcome);

/// Runs a program that meets a fault. A kill is in the outcome as if there were no strace.
FaultyRun run_with(const Fault& fault, const std::string& program, const Invocation& invocation);

/// A system call, as a line of `strace -y` describes it.
struct SystemCall {
  std::string name;
  std::vector<std::string> arguments{}; ///< as they are written there
  std::string result{};                 ///< the text behind ` = `

  /// Returns true when the call did what it is for.
  bool succeeded() const { return !result.starts_with('-') && !result.starts_with('?'); }

  /// Returns all strings among the arguments, one after the other, without their escapes.
  std::string text() const;
};

/// Parses a line of strace, which may begin with a process id. Returns nothing for a line that
/// describes no call, such as that of a signal.
std::optional<SystemCall> parse_call(std::string_view line);

/// Returns the path of a descriptor such as `5</tmp/file>`; empty when it has none.
std::string path_of_descriptor(std::string_view descriptor);

/// Returns the text of a string such as `"one\ntwo"...` without its escapes.
std::string unquoted(std::string_view string);

/// Returns the calls of a program that change files, synchronise, speak, listen and wait, which may
/// meet a fault; nothing where it cannot be traced. `outcome` is how that ended.
std::optional<std::vector<SystemCall>> described_calls_of(const std::string& program,
                                                          const Invocation& invocation,
                                                          Outcome& outcome,
                                                          const std::optional<Fault>& fault = {});

} // namespace metrics_event::testing
