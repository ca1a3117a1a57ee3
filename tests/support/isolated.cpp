#include "isolated.hpp"

#include "temporary.hpp"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace metrics_event::testing {
namespace {

namespace fs = std::filesystem;

// As root or not, the program sees the user that it would see outside.
void enter_namespaces() {
  const auto user = ::geteuid();
  const auto group = ::getegid();
  check(::unshare(CLONE_NEWNS | CLONE_NEWNET | (user == 0 ? 0 : CLONE_NEWUSER)), "unshare");
  if (user != 0) {
    const auto onto_itself = [](auto id) {
      return std::to_string(id) + " " + std::to_string(id) + " 1\n";
    };
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", onto_itself(user));
    write_file("/proc/self/gid_map", onto_itself(group));
  }
  check(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private");

  const Descriptor socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP;
  check(::ioctl(socket.get(), SIOCSIFFLAGS, &loopback), "bring lo up");
}

// Where a file is missing, glibc's default is what we want: 127.0.0.1, and files before dns.
void replace_in_etc(const fs::path& source) {
  const auto target = "/etc" / source.filename();
  if (fs::exists(target)) {
    check(::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr), target.c_str());
  }
}

// Whether an error of enter_namespaces() means that a kernel or container does not allow it at all.
bool is_prohibition(const std::error_code& error) {
  for (const int reason : {EPERM, EACCES, ENOSYS, EINVAL, ENOSPC, EUSERS}) {
    if (error == std::error_code(reason, std::generic_category())) {
      return true;
    }
  }
  return false;
}

// What the forked process tells its parent: its exit status says what is in the pipe.
enum class Ending { outcome, error, forbidden };

std::string encode(const Outcome& outcome) {
  return std::to_string(outcome.status) + " " + std::to_string(outcome.elapsed.count()) + " " +
         std::to_string(outcome.out.size()) + "\n" + outcome.out + outcome.err;
}

Outcome decode(const std::string& text) {
  Outcome outcome;
  std::int64_t elapsed = 0;
  std::size_t out_size = 0;
  std::istringstream(text) >> outcome.status >> elapsed >> out_size;
  const auto out = text.find('\n') + 1;
  outcome.elapsed = std::chrono::milliseconds(elapsed);
  outcome.out = text.substr(out, out_size);
  outcome.err = text.substr(out + out_size);
  return outcome;
}

[[noreturn]] void tell(const Descriptor& parent, Ending ending, std::string_view text = {}) {
  while (!text.empty()) {
    const auto written = ::write(parent.get(), text.data(), text.size());
    if (written == -1 && errno != EINTR) {
      break;
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  ::_exit(static_cast<int>(ending));
}

// Everything until the other end is closed; nothing when that is not in time.
std::optional<std::string> read_all(const Descriptor& source, Clock::time_point until) {
  std::string text;
  std::array<char, 65536> bytes;
  for (pollfd watched{source.get(), POLLIN, 0}; poll_until({&watched, 1}, until);) {
    const auto count = ::read(source.get(), bytes.data(), bytes.size());
    if (count <= 0) {
      return text;
    }
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return std::nullopt;
}

} // namespace

std::optional<Outcome> run_isolated(const std::string& file, const Invocation& invocation,
                                    const NameServer& names, const std::function<void()>& inside) {
  const TemporaryDirectory etc;
  const bool slow = names.answer == NameServer::Answer::silent;
  write_file(etc.path() / "resolv.conf", std::string("nameserver 127.0.0.1\n") +
                                             (slow ? "options timeout:30 attempts:1\n" : ""));
  write_file(etc.path() / "nsswitch.conf", "hosts: files dns\n");

  Pipe report = make_pipe();
  const pid_t child = check(::fork(), "fork");
  if (child == 0) {
    try {
      enter_namespaces();
    } catch (const std::system_error& error) {
      tell(report.writing, is_prohibition(error.code()) ? Ending::forbidden : Ending::error,
           error.what());
    }
    try {
      replace_in_etc(etc.path() / "resolv.conf");
      replace_in_etc(etc.path() / "nsswitch.conf");
      start_name_server(names);
      if (inside) {
        inside();
      }
      tell(report.writing, Ending::outcome, encode(run(file, invocation)));
    } catch (const std::exception& error) {
      tell(report.writing, Ending::error, error.what());
    } catch (...) {
      tell(report.writing, Ending::error, "an exception of an unknown type");
    }
  }

  report.writing.reset();
  // run() keeps the limit by itself; the rest is for what surrounds it.
  const auto until = Clock::now() + invocation.limit + std::chrono::seconds(10);
  const auto text = read_all(report.reading, until);
  if (!text) {
    ::kill(child, SIGKILL);
  }
  const int status = reap(child);
  if (status == static_cast<int>(Ending::forbidden)) {
    return std::nullopt;
  }
  if (status != static_cast<int>(Ending::outcome)) {
    throw std::runtime_error("isolated: " + (text ? *text : "killed: it did not end in time"));
  }
  return decode(*text);
}

} // namespace metrics_event::testing
