#include "system/write.hpp"

#include "system/error.hpp"
#include "system/poll.hpp"

#include <poll.h>
#include <unistd.h>

#include <csignal>

namespace metrics_event {
namespace {

extern "C" void do_nothing(int) {}

// Sets a handler and not SIG_IGN, because an executed program would inherit SIG_IGN. A signal that
// was ignored before stays ignored.
void make_harmless(int signal) {
  if (std::signal(signal, do_nothing) == SIG_IGN) {
    std::signal(signal, SIG_IGN);
  }
}

} // namespace

void disarm_write_signals() {
  static const bool is_done = [] { // once per process
    make_harmless(SIGPIPE);
    make_harmless(SIGXFSZ);
    return true;
  }();
  static_cast<void>(is_done);
}

ssize_t write_some(int descriptor, std::string_view text) {
  disarm_write_signals();
  return write(descriptor, text.data(), text.size());
}

std::error_code write_all(int descriptor, std::string_view text, Deadline deadline) {
  while (!text.empty()) {
    const ssize_t written = write_some(descriptor, text);
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd writable{descriptor, POLLOUT, 0};
      const bool is_late = std::chrono::steady_clock::now() >= deadline;
      if (is_late || poll(&writable, 1, poll_timeout(deadline)) == 0) {
        return std::make_error_code(std::errc::stream_timeout);
      }
    } else if (errno != EINTR) {
      return last_error();
    }
  }
  return {};
}

} // namespace metrics_event
