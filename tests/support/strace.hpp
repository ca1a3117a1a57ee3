#pragma once

#include "process.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace metrics_event::testing {

/// What befalls a program at one of its system calls.
struct Fault {
  std::string call;
  int occurrence = 1; ///< 1 is the first
  std::string effect; ///< in strace's words: signal=SIGKILL, error=EIO, retval=0
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

} // namespace metrics_event::testing
