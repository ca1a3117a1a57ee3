#include "system/signals.hpp"

#include "system/descriptor.hpp"
#include "system/poll.hpp"
#include "system/reminder.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace metrics_event {
namespace {

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP};
constexpr std::chrono::milliseconds longest_delay{500};

// A signal handler belongs to the whole process, and so does its state.
volatile std::sig_atomic_t noted = 0;
volatile std::sig_atomic_t event = -1;
volatile std::sig_atomic_t is_delaying = 0;
volatile std::sig_atomic_t delayed = 0;  // a signal that DelayedSignals holds back; 0 means none
Deadline end_of_delay = Deadline::max(); // for waits, after a signal was held back

void end_waits() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event, &one, sizeof one);
}

void tell(int number) {
  noted = number;
  end_waits();
}

extern "C" void note(int number) {
  // The signals get their default action back, so that the second one ends the process.
  const int error = errno;
  for (const int ending : ending_signals) {
    if (struct sigaction action{};
        sigaction(ending, nullptr, &action) == 0 && action.sa_handler == note) {
      std::signal(ending, SIG_DFL);
    }
  }
  if (is_delaying != 0) {
    delayed = number;
    end_waits(); // poll(2) may be about to begin, with a deadline that knows nothing of the signal
  } else {
    tell(number);
  }
  errno = error;
}

// Returns the time at which a wait ends to look around: at its deadline, when a reminder is due, or
// when a signal was held back for long enough.
Deadline end_of_wait(Deadline deadline) {
  if (delayed != 0 && end_of_delay == Deadline::max()) {
    end_of_delay = std::chrono::steady_clock::now() + longest_delay;
  }
  return std::min({deadline, Reminder::due(), end_of_delay});
}

} // namespace

void open_interruption() {
  Descriptor opened{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}; // takes the lowest free number
  if (opened && opened.get() <= STDERR_FILENO) {
    opened = Descriptor{fcntl(opened.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
    Descriptor place{open("/", O_PATH | O_CLOEXEC)};
    while (place && place.get() <= STDERR_FILENO) {
      place.release(); // stays open in place of the stream
      place = Descriptor{open("/", O_PATH | O_CLOEXEC)};
    }
  }
  event = opened.release(); // never closed, because a handler may use it at any time
}

void note_signals() {
  if (event < 0) {
    open_interruption();
  }
  if (event < 0) {
    return; // without an eventfd, the first signal ends the process
  }
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
  end_of_delay = Deadline::max();
  is_delaying = 0; // first, or a signal between the two would never be noted
  if (delayed != 0) {
    tell(delayed);
    delayed = 0;
  }
}

int noted_signal() {
  return noted;
}

std::error_code wait_error() {
  return std::make_error_code(noted == 0 ? std::errc::stream_timeout : std::errc::interrupted);
}

short await(int descriptor, short events, Deadline deadline) {
  while (noted == 0) {
    if (Reminder::due() != Deadline::max()) {
      Reminder::run_due(std::chrono::steady_clock::now());
    }
    const Deadline end = end_of_wait(deadline);
    std::array<pollfd, 2> watched{pollfd{descriptor, events, 0}, pollfd{event, POLLIN, 0}};
    const int ready = poll(watched.data(), watched.size(), poll_timeout(end));
    if (watched[1].revents != 0 && watched[0].revents == 0 && noted == 0) { // it is held back
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t size = read(event, &count, sizeof count);
      continue;
    }
    const bool goes_on = ready == 0 ? end == Reminder::due() : ready < 0 && errno == EINTR;
    if (!goes_on) {
      return watched[0].revents;
    }
  }
  return 0;
}

bool await_input(int descriptor, Deadline deadline) {
  return await(descriptor, POLLIN, deadline) != 0;
}

} // namespace metrics_event
