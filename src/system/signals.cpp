#include "system/signals.hpp"

#include "system/descriptor.hpp"
#include "system/poll.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace metrics_event {
namespace {

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP};

// A handler of a signal belongs to the whole process, and so does what it knows.
volatile std::sig_atomic_t noted = 0;
volatile std::sig_atomic_t event = -1;
bool is_noting = false;
volatile std::sig_atomic_t is_delaying = 0;
volatile std::sig_atomic_t delayed = 0; // a signal that is not noted yet

void tell(int number) {
  noted = number;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event, &one, sizeof one);
}

extern "C" void note(int number) {
  const int error = errno;
  for (const int ending : ending_signals) {
    if (struct sigaction action{};
        sigaction(ending, nullptr, &action) == 0 && action.sa_handler == note) {
      std::signal(ending, SIG_DFL);
    }
  }
  if (is_delaying != 0) {
    delayed = number;
  } else {
    tell(number);
  }
  errno = error;
}

} // namespace

void open_interruption() {
  Descriptor opened{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}; // takes the lowest free place
  if (opened && opened.get() <= STDERR_FILENO) {
    opened = Descriptor{fcntl(opened.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
    Descriptor place{open("/", O_PATH | O_CLOEXEC)};
    while (place && place.get() <= STDERR_FILENO) {
      place.release(); // it stays open in the place of the stream
      place = Descriptor{open("/", O_PATH | O_CLOEXEC)};
    }
  }
  event = opened.release(); // it is never closed: a handler may use it at any time
}

void note_signals() {
  if (is_noting) {
    return; // a signal that was noted since has given the next one its end of the process
  }
  if (event < 0) {
    open_interruption();
  }
  if (event < 0) {
    return; // then a signal ends the process, as it does where nobody notes it
  }
  is_noting = true;
  for (const int ending : ending_signals) {
    if (std::signal(ending, note) == SIG_IGN) {
      std::signal(ending, SIG_IGN);
    }
  }
}

DelayedSignals::DelayedSignals() {
  is_delaying = 1;
}

DelayedSignals::~DelayedSignals() {
  is_delaying = 0; // first, or a signal could come between the two and stay unnoted
  if (delayed != 0) {
    tell(delayed);
    delayed = 0;
  }
}

int noted_signal() {
  return noted;
}

short await(int descriptor, short events, Deadline deadline) {
  while (noted == 0) {
    std::array<pollfd, 2> watched{pollfd{descriptor, events, 0}, pollfd{event, POLLIN, 0}};
    const int ready = poll(watched.data(), watched.size(), poll_timeout(deadline));
    if (ready >= 0 || errno != EINTR) {
      return watched[0].revents;
    }
  }
  return 0;
}

bool await_input(int descriptor, Deadline deadline) {
  return await(descriptor, POLLIN, deadline) != 0;
}

} // namespace metrics_event
