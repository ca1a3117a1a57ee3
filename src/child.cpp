#include "child.hpp"

#include "file.hpp"
#include "interruption.hpp"
#include "process.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace metrics_event {
namespace {

constexpr int not_found = 127;
constexpr int not_executable = 126;
constexpr int signal_base = 128;

constexpr std::array forwarded{SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

// Takes the signals that concern COMMAND one at a time, and all else as it was when it is gone.
class HeldSignals {
public:
  HeldSignals() {
    sigemptyset(&held_);
    for (const int signal : forwarded) {
      sigaddset(&held_, signal);
    }
    sigaddset(&held_, SIGINT);
    sigaddset(&held_, SIGCHLD);
    sigprocmask(SIG_BLOCK, &held_, &mask_before_);
    // With SIGCHLD ignored, nobody would be told how a child ended.
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &usual, &child_before_);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() {
    note_signals(); // before any can come in again
    const timespec at_once{};
    while (sigtimedwait(&held_, nullptr, &at_once) > 0) { // they were COMMAND's
    }
    restore();
  }

  // Async-signal-safe, for use between fork and exec.
  void restore() const {
    sigaction(SIGCHLD, &child_before_, nullptr);
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  }

  siginfo_t next() const {
    siginfo_t info{};
    while (sigwaitinfo(&held_, &info) < 0) { // SIGCONT interrupts it
    }
    return info;
  }

private:
  sigset_t held_{};
  sigset_t mask_before_{};
  struct sigaction child_before_ {};
};

// What a child could not do, told through a pipe that a successful exec closes.
class ExecReport {
public:
  ExecReport() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) {
      ends_ = {-1, -1};
    }
  }
  ExecReport(const ExecReport&) = delete;
  ExecReport& operator=(const ExecReport&) = delete;
  ~ExecReport() {
    close(ends_[0]);
    close(ends_[1]);
  }

  bool is_open() const { return ends_[0] >= 0; }
  void send(int error) const {
    [[maybe_unused]] const ssize_t written = write(ends_[1], &error, sizeof error);
  }
  // 0 when there is nothing to tell.
  int receive() {
    close(std::exchange(ends_[1], -1));
    int error = 0;
    ssize_t size = 0;
    while ((size = read(ends_[0], &error, sizeof error)) < 0 && errno == EINTR) {
    }
    return size == sizeof error ? error : 0;
  }

private:
  std::array<int, 2> ends_{};
};

ChildEnd failed(int error) {
  return {.not_run = std::error_code{error, std::generic_category()},
          .status = error == ENOENT ? not_found : not_executable};
}

// The status of waitpid(2) when the child has ended, and signals for it are sent on until then.
int wait_for(pid_t child, const HeldSignals& signals) {
  while (true) {
    const siginfo_t info = signals.next();
    int status = 0;
    if (info.si_signo == SIGCHLD) {
      if (waitpid(child, &status, WNOHANG) == child) {
        return status;
      }
    } else if (info.si_signo != SIGINT && info.si_code != SI_KERNEL) {
      kill(child, info.si_signo);
    }
  }
}

} // namespace

ChildEnd run_child(std::span<const std::string> command) {
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
    return failed(errno);
  }
  if (child == 0) {
    signals.restore();
    restore_dispositions();
    execvp(arguments.front(), arguments.data());
    report.send(errno);
    _exit(not_executable);
  }
  const int error = report.receive();
  const int status = wait_for(child, signals);
  if (error != 0) {
    return failed(error);
  }
  ChildEnd end{.duration = std::chrono::steady_clock::now() - start};
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  end.status = end.signal != 0 ? signal_base + end.signal : WEXITSTATUS(status);
  return end;
}

void die_of(int signal) {
  constexpr rlimit no_core{};
  setrlimit(RLIMIT_CORE, &no_core);
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigaction(signal, &usual, nullptr);
  sigset_t only{};
  sigemptyset(&only);
  sigaddset(&only, signal);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
}

} // namespace metrics_event
