#pragma once

#include "base/exit_code.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// The result of running COMMAND.
struct ChildEnd {
  std::optional<std::string> not_run{}; // the reason why it could not be executed
  ExitCode status = ExitCode::ok;       // as in a shell: 128+n after signal n
  int signal = 0;                       // the signal that ended it; 0 means none
  std::chrono::nanoseconds duration{};  // from start to end, on the monotonic clock
};

/// Executes COMMAND by execvp(3) and waits until it ends; its own children are not waited for.
/// `path` must be the value of PATH. COMMAND inherits the streams, environment and process group of
/// this process, and the signal dispositions and mask that this process was started with. The
/// status is 127 when COMMAND is not found and 126 when it cannot be executed, as in a shell
/// (POSIX.1-2017, 2.8.2).
///
/// SIGINT, SIGTERM, SIGHUP, SIGTSTP and the signals that are meant for COMMAND alone (SIGQUIT,
/// SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGPIPE, SIGIO and SIGPWR) are forwarded to
/// COMMAND, unless COMMAND itself sent them or the terminal sent them to the whole process group.
/// One that another process sends to the whole group reaches COMMAND twice. None of these signals
/// ends this process before COMMAND ends. When SIGTSTP stops COMMAND, this process stops as well.
/// On return, signals are noted (`note_signals`), the signals that arrived before are discarded,
/// and those that are meant for COMMAND alone are ignored.
ChildEnd run_child(std::span<const std::string> command, std::string_view path);

/// Ends this process by the signal that ended COMMAND, so that the parent sees the wait status of
/// COMMAND. Returns when the default action of the signal does not end a process.
void die_of(int signal);

} // namespace metrics_event
