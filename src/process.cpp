#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>

#include <array>
#include <csignal>

namespace metrics_event {

namespace {

constexpr std::array made_errors{SIGPIPE, SIGXFSZ};

// A disposition belongs to the whole process, and so does what it was.
std::array<struct sigaction, made_errors.size()> before{};

} // namespace

void secure_standard_streams() {
  for (std::size_t i = 0; i < made_errors.size(); ++i) {
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    sigaction(made_errors[i], &ignored, &before[i]);
  }
  std::array<pollfd, 3> streams{pollfd{0, 0, 0}, pollfd{1, 0, 0}, pollfd{2, 0, 0}};
  poll(streams.data(), streams.size(), 0);
  for (const pollfd& stream : streams) {
    if ((stream.revents & POLLNVAL) != 0) {
      open("/", O_PATH | O_CLOEXEC); // takes the lowest free place, which is this one
    }
  }
}

void restore_dispositions() {
  for (std::size_t i = 0; i < made_errors.size(); ++i) {
    sigaction(made_errors[i], &before[i], nullptr);
  }
}

void keep_out_of_cores() {
  prctl(PR_SET_DUMPABLE, 0);
}

} // namespace metrics_event
