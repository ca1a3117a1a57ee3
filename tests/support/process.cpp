#include "process.hpp"

#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <fstream>
#include <stdexcept>

namespace metrics_event::testing {

std::vector<char*> null_terminated(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

namespace {

// How a child begins, as posix_spawn() wants it, which unlike fork() copies nothing of us.
class Start {
public:
  Start() {
    sigset_t all, none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                 POSIX_SPAWN_SETSIGMASK);
  }
  ~Start() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;

  // Of our descriptors it gets these as 0, 1 and 2, without those that it is to lack.
  void give(const std::array<int, 3>& standard, const std::vector<int>& closed) {
    for (int target = 0; const int source : standard) {
      ::posix_spawn_file_actions_adddup2(&actions_, source, target++);
    }
    for (const int unwanted : closed) {
      ::posix_spawn_file_actions_addclose(&actions_, unwanted);
    }
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, 3); // what others, such as ctest, gave us
  }

  // The child, or a std::system_error.
  pid_t child(const std::string& file, char* const* argv, char* const* envp) const {
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, file.c_str(), &actions_, &attributes_, argv, envp);
    if (error != 0) {
      throw std::system_error(error, std::generic_category(), "cannot start " + file);
    }
    return pid;
  }

private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// write(), without the SIGPIPE that a program which does not read its input would earn us. The
// signal goes to the writing thread, so it can be blocked and taken back by that thread alone.
ssize_t write_quietly(int fd, const std::string& text) {
  sigset_t broken_pipe, before;
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
  const auto written = ::write(fd, text.data(), text.size());
  const int reason = errno;
  const timespec at_once{};
  if (written == -1 && reason == EPIPE) {
    ::sigtimedwait(&broken_pipe, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = reason;
  return written;
}

} // namespace

Background::Background(const std::string& file, const Invocation& invocation)
    : unfed_(invocation.input) {
  if (!file.starts_with('/')) {
    throw std::runtime_error("not an absolute path: " + file);
  }

  std::vector<std::string> arguments{file.substr(file.rfind('/') + 1)};
  arguments.insert(arguments.end(), invocation.arguments.begin(), invocation.arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : invocation.environment) {
    environment.push_back(name + "=" + value);
  }
  const auto argv = null_terminated(arguments);
  const auto envp = null_terminated(environment);

  Pipe in = make_pipe(), out = make_pipe(), err = make_pipe();
  if (const auto& path = invocation.stdout_path) {
    out.writing = Descriptor(check(
        ::open(path->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), path->c_str()));
  }
  // Our ends only: the program's ends are descriptions of their own and stay blocking.
  for (const auto* ours : {&in.writing, &out.reading, &err.reading}) {
    check(::fcntl(ours->get(), F_SETFL, O_NONBLOCK), "fcntl");
  }

  Start start;
  start.give({in.reading.get(), out.writing.get(), err.writing.get()}, invocation.closed);
  pid_ = start.child(file, argv.data(), envp.data());
  running_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!running_) {
    const int reason = errno;
    ::kill(pid_, SIGKILL);
    reap(pid_);
    throw std::system_error(reason, std::generic_category(), "cannot watch " + file);
  }
  input_ = std::move(in.writing);
  out_.source = std::move(out.reading);
  err_.source = std::move(err.reading);
  feed();
}

Background::~Background() {
  finish();
}

void Background::await_output(std::chrono::milliseconds limit) const {
  pollfd readable{out_.source.get(), POLLIN, 0};
  if (!poll_until({&readable, 1}, Clock::now() + limit)) {
    throw std::runtime_error("no output in time");
  }
}

void Background::signal(int number) const {
  if (status_) {
    throw std::runtime_error("the program has ended, its pid is no longer its own");
  }
  check(::kill(pid_, number), "kill");
}

std::size_t Background::peak_memory_kib() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; status >> word;) {
    std::size_t kib = 0;
    if (word == "VmHWM:" && status >> kib) {
      return kib;
    }
  }
  throw std::runtime_error("the program has ended, and its memory with it");
}

Outcome Background::wait(std::chrono::milliseconds limit) {
  const auto until = Clock::now() + limit;
  while (running_ && pump(until)) {
  }
  const bool overdue{running_};
  finish();
  if (overdue) {
    err_.text += "[killed: still running after " + std::to_string(limit.count()) + " ms]\n";
  }
  return {*status_, std::exchange(out_.text, {}), std::exchange(err_.text, {}),
          std::chrono::duration_cast<std::chrono::milliseconds>(ended_ - started_)};
}

std::string Background::read_line(Stream& stream, std::chrono::milliseconds limit) {
  for (const auto until = Clock::now() + limit;;) {
    if (const auto end = stream.text.find('\n'); end != std::string::npos) {
      auto line = stream.text.substr(0, end);
      stream.text.erase(0, end + 1);
      return line;
    }
    if (!stream.source) {
      throw std::runtime_error("the stream ended instead of a line, after: " + stream.text);
    }
    if (!pump(until)) {
      throw std::runtime_error("no line within " + std::to_string(limit.count()) + " ms");
    }
  }
}

// Waits for one thing to happen, and deals with it; false when the time is up.
bool Background::pump(Clock::time_point until) {
  std::array<pollfd, 4> watched{{{running_.get(), POLLIN, 0},
                                 {input_.get(), POLLOUT, 0},
                                 {out_.source.get(), POLLIN, 0},
                                 {err_.source.get(), POLLIN, 0}}};
  if (!poll_until(watched, until)) {
    return false;
  }
  if (watched[0].revents != 0) {
    ended_ = Clock::now();
    running_.reset();
  }
  if (watched[1].revents != 0) {
    feed();
  }
  if (watched[2].revents != 0) {
    drain(out_);
  }
  if (watched[3].revents != 0) {
    drain(err_);
  }
  return true;
}

void Background::feed() {
  const auto written = unfed_.empty() ? 0 : write_quietly(input_.get(), unfed_);
  if (written > 0) {
    unfed_.erase(0, static_cast<std::size_t>(written));
  }
  if (unfed_.empty() || (written == -1 && errno != EAGAIN)) {
    input_.reset();
  }
}

bool Background::drain(Stream& stream) {
  std::array<char, 65536> bytes;
  const auto count = ::read(stream.source.get(), bytes.data(), bytes.size());
  if (count > 0) {
    stream.text.append(bytes.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    stream.source.reset();
  }
  return count > 0;
}

void Background::finish() {
  if (status_) {
    return;
  }
  // A program that has ended keeps its own status, and its pid until it is reaped.
  ::kill(-pid_, SIGKILL);
  status_ = reap(pid_);
  if (running_) {
    ended_ = Clock::now();
  }
  running_.reset();
  while (drain(out_) || drain(err_)) {
  }
}

int reap(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string err_of_batch(const Outcome& outcome) {
  const std::string& text = outcome.err;
  const std::size_t end_before =
      text.size() < 2 ? std::string::npos : text.rfind('\n', text.size() - 2);
  const std::size_t last_line = end_before == std::string::npos ? 0 : end_before + 1;
  return text.compare(last_line, 25, "metrics-event: delivered ") == 0 ? text.substr(0, last_line)
                                                                       : text;
}

Outcome run(const std::string& file, const Invocation& invocation) {
  return Background(file, invocation).wait(invocation.limit);
}

} // namespace metrics_event::testing
