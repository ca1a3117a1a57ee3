#include "system/child.hpp"

#include "base/text.hpp"
#include "system/descriptor.hpp"
#include "system/error.hpp"
#include "system/signals.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace metrics_event {
namespace {

// The signals that also concern this process, which they must not end.
constexpr std::array also_for_us{SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCHLD};

// These signals are meant for COMMAND alone. When they arrive after its end, they must not end this
// process before it has sent the event, and so replace the status of COMMAND. SIGALRM may come of
// an alarm(2) that was set before this program was executed, to limit the time of what is executed.
constexpr std::array only_for_command{SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
                                      SIGPROF, SIGPIPE, SIGIO,   SIGPWR};

sigset_t set_of(std::span<const int> signals) {
  sigset_t set{};
  sigemptyset(&set);
  for (const int signal : signals) {
    sigaddset(&set, signal);
  }
  return set;
}

// Blocks the signals that concern COMMAND and returns them one at a time.
class HeldSignals {
public:
  HeldSignals() {
    for (const int signal : also_for_us) {
      sigaddset(&held_, signal);
    }
    sigprocmask(SIG_BLOCK, &held_, &mask_before_);
    // With SIGCHLD ignored, waitpid(2) could not report how a child ended.
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &usual, &child_before_);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() {
    note_signals(); // before any is unblocked
    for (const int signal : only_for_command) {
      std::signal(signal, SIG_IGN);
    }
    const timespec at_once{};
    while (sigtimedwait(&held_, nullptr, &at_once) > 0) { // they were meant for COMMAND
    }
    restore();
  }

  // Restores mask and disposition. It is async-signal-safe, for use between fork(2) and exec.
  void restore() const {
    sigaction(SIGCHLD, &child_before_, nullptr);
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  }

  siginfo_t next() const {
    siginfo_t info{};
    while (sigwaitinfo(&held_, &info) < 0) { // EINTR, by SIGCONT
    }
    return info;
  }

private:
  sigset_t held_ = set_of(only_for_command);
  sigset_t mask_before_{};
  struct sigaction child_before_ {};
};

// Carries the errno of a failed exec from the child through a pipe. A successful exec closes it.
class ExecReport {
public:
  bool is_open() const { return static_cast<bool>(ends_.reading); }
  void send(int error) const {
    [[maybe_unused]] const ssize_t written = write(ends_.writing.get(), &error, sizeof error);
  }
  // Waits until the child has executed or failed, and returns the errno, or 0 after success.
  int receive() {
    ends_.writing.reset();
    int error = 0;
    const ssize_t size =
        uninterrupted([&] { return read(ends_.reading.get(), &error, sizeof error); });
    return size == sizeof error ? error : 0;
  }

private:
  Pipe ends_ = make_pipe();
};

// Returns whether a command exists at one of the places where execvp(3) looks for it.
bool exists(const std::string& name, std::string_view path) {
  if (name.find('/') != std::string::npos) {
    return access(name.c_str(), F_OK) == 0;
  }
  while (!name.empty()) {
    const std::size_t end = path.find(':');
    const std::string directory{path.substr(0, end)};
    if (access(((directory.empty() ? "." : directory) + '/' + name).c_str(), F_OK) == 0) {
      return true;
    }
    if (end == std::string_view::npos) {
      return false;
    }
    path.remove_prefix(end + 1);
  }
  return false;
}

// Returns whether a name is that of a command that only shells have, or a whole command line.
bool is_meant_for_shell(std::string_view name) {
  constexpr std::array<std::string_view, 8> built_in{"cd",   "export", "source", "set",
                                                     "eval", "exec",   "ulimit", "umask"};
  return name.find_first_of(" \t\n|&;<>()$`*\"'") != name.npos ||
         std::ranges::find(built_in, name) != built_in.end();
}

ChildEnd not_run(int error) {
  return {.not_run = system_words({error, std::generic_category()}),
          .status = ExitCode::not_executable};
}

ChildEnd not_run(int error, const std::string& name, std::string_view path) {
  if (error != ENOENT) {
    return not_run(error);
  }
  // execve(2) fails with ENOENT for a missing file and for a missing interpreter of a script.
  return exists(name, path)
             ? ChildEnd{.not_run = "its interpreter is missing", .status = ExitCode::not_executable}
             : ChildEnd{
                   .not_run =
                       std::string{"not found"} +
                       (is_meant_for_shell(name) ? "; there is no shell; use -- sh -c '…'" : ""),
                   .status = ExitCode::not_found};
}

// Returns whether COMMAND has not received a signal that this process has. What another process
// sends may have gone to the whole group, which nothing in `info` tells: to receive it twice is
// better than not at all.
bool is_news_to(pid_t child, const siginfo_t& info) {
  // A terminal sends its signals to the whole foreground group, but SIGHUP when it is gone only to
  // the session leader.
  constexpr std::array by_terminals{SIGINT, SIGQUIT, SIGTSTP, SIGHUP};
  const bool from_terminal = info.si_code == SI_KERNEL &&
                             std::ranges::find(by_terminals, info.si_signo) != by_terminals.end();
  const bool from_child = info.si_code <= 0 && info.si_pid == child;
  const bool is_hangup = info.si_signo == SIGHUP && getsid(0) == getpid();
  return from_terminal ? is_hangup : !from_child;
}

// Stops this process as COMMAND stopped, possibly by itself, so that the shell takes the terminal
// back.
void stop_along_with(pid_t child) {
  const sigset_t only = set_of(std::array{SIGTSTP});
  kill(getpid(), SIGTSTP); // still blocked, so it merges with one from the terminal
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  sigprocmask(SIG_BLOCK, &only, nullptr);
  kill(child, SIGCONT); // in case only this process was continued
}

// Forwards signals to the child until it ends, and returns its status from waitpid(2).
int wait_for(pid_t child, const HeldSignals& signals) {
  while (true) {
    const siginfo_t info = signals.next();
    int status = 0;
    if (info.si_signo != SIGCHLD) {
      if (is_news_to(child, info)) {
        kill(child, info.si_signo);
      }
    } else if (uninterrupted([&] { return waitpid(child, &status, WNOHANG | WUNTRACED); }) ==
               child) {
      if (!WIFSTOPPED(status)) {
        return status;
      }
      if (WSTOPSIG(status) == SIGTSTP) {
        stop_along_with(child);
      }
    }
  }
}

} // namespace

ChildEnd run_child(std::span<const std::string> command, std::string_view path) {
  std::vector<char*> arguments;
  for (const std::string& word : command) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): execvp(3) changes nothing
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);

  const HeldSignals signals;
  ExecReport report;
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = report.is_open() ? fork() : -1;
  if (child < 0) {
    return not_run(errno);
  }
  if (child == 0) {
    signals.restore();
    execvp(arguments.front(), arguments.data());
    report.send(errno);
    _exit(static_cast<int>(ExitCode::not_executable));
  }
  const int error = report.receive();
  const int status = wait_for(child, signals);
  if (error != 0) {
    return not_run(error, command.front(), path);
  }
  ChildEnd end{.duration = std::chrono::steady_clock::now() - start};
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  end.status =
      end.signal != 0 ? status_of_signal(end.signal) : static_cast<ExitCode>(WEXITSTATUS(status));
  return end;
}

void die_of(int signal) {
  std::signal(signal, SIG_DFL);
  const sigset_t only = set_of(std::array{signal});
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
}

} // namespace metrics_event
