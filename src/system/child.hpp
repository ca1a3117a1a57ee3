#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// How COMMAND ended.
struct ChildEnd {
  std::optional<std::string> not_run{}; // why it could not be executed
  int status = 0;                       // as a shell says it: 128+n when signal n ended it
  int signal = 0;                       // the signal that ended it; 0: none
  std::chrono::nanoseconds duration{};  // from its start to its end, on the monotonic clock
};

/// Runs COMMAND, looked up in PATH, which is `path`, and executed by execvp(3), and waits for its
/// end, not for that of its own children. It has our streams, environment and process group, and
/// the signals' dispositions and mask that we were started with. What cannot be executed has status
/// 127 when it is not found, else 126, as in a shell (POSIX.1-2017, 2.8.2).
///
/// SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 and SIGTSTP are sent on to COMMAND, unless the
/// terminal sent them to the whole group, or COMMAND itself; SIGINT is left to the terminal. None
/// of them ends us before COMMAND, and when SIGTSTP stops COMMAND, it stops us. When this returns,
/// signals are noted
/// (`note_signals`), those that came before are forgotten, and those of them that only COMMAND
/// could make something of are ignored.
ChildEnd run_child(std::span<const std::string> command, std::string_view path);

/// Ends this process by the signal that has ended COMMAND, so that our parent sees what it would
/// have seen; leaves no core of ours. Returns when the signal does not end a process.
void die_of(int signal);

} // namespace metrics_event
