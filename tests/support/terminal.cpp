#include "terminal.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <csignal>
#include <stdexcept>

namespace metrics_event::testing {
namespace {

constexpr std::chrono::seconds patience{20};

Descriptor open_master() {
  return Descriptor{posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
}

} // namespace

bool Terminal::exist() {
  return static_cast<bool>(open_master());
}

Terminal::Terminal(const std::string& file, const Invocation& invocation) : master_{open_master()} {
  check(grantpt(master_.get()), "grantpt");
  check(unlockpt(master_.get()), "unlockpt");
  std::array<char, 64> slave{};
  if (const int error = ptsname_r(master_.get(), slave.data(), slave.size()); error != 0) {
    throw std::system_error{error, std::generic_category(), "ptsname"};
  }
  std::vector<std::string> arguments{file};
  arguments.insert(arguments.end(), invocation.arguments.begin(), invocation.arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : invocation.environment) {
    environment.push_back(name + "=" + value);
  }
  const auto argv = null_terminated(arguments);
  const auto envp = null_terminated(environment);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  // The first terminal that the leader of a session opens becomes that of the session.
  posix_spawn_file_actions_addopen(&actions, 0, slave.data(), O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, 0, 1);
  posix_spawn_file_actions_adddup2(&actions, 0, 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  const int error =
      posix_spawn(&pid_, file.c_str(), &actions, &attributes, argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::system_error{error, std::generic_category(), "cannot start " + file};
  }
}

Terminal::~Terminal() {
  hang_up();
  ::kill(pid_, SIGKILL);
  reap(pid_);
}

pid_t Terminal::foreground() const {
  pid_t group = -1;
  check(ioctl(master_.get(), TIOCGPGRP, &group), "TIOCGPGRP");
  return group;
}

void Terminal::type(const std::string& text) const {
  check(::write(master_.get(), text.data(), text.size()), "write");
}

void Terminal::expect(const std::string& text) {
  const auto until = Clock::now() + patience;
  while (unread_.find(text) == std::string::npos) {
    pollfd readable{master_.get(), POLLIN, 0};
    std::array<char, 4096> bytes{};
    const bool ready = poll_until({&readable, 1}, until);
    const ssize_t count = ready ? ::read(master_.get(), bytes.data(), bytes.size()) : 0;
    if (count <= 0) { // EIO when nobody has the terminal open
      throw std::runtime_error{"no \"" + text + "\" on the terminal, but: " + unread_};
    }
    unread_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  unread_.erase(0, unread_.find(text) + text.size());
}

} // namespace metrics_event::testing
