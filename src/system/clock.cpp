#include "system/clock.hpp"

#include "system/signals.hpp"

#include <limits>
#include <random>

namespace metrics_event {

std::uint64_t random_id(Clock& clock) {
  return static_cast<std::uint64_t>(clock.random() *
                                    static_cast<double>(std::numeric_limits<std::uint64_t>::max()));
}

Instant SystemClock::now() {
  return std::chrono::system_clock::now();
}

Deadline SystemClock::steady_now() {
  return std::chrono::steady_clock::now();
}

bool SystemClock::sleep_until(Deadline time) {
  // Descriptor -1 is never ready, so only the deadline or a noted signal ends the wait.
  await_input(-1, time);
  return noted_signal() == 0;
}

double SystemClock::random() {
  std::random_device device;
  return std::uniform_real_distribution{}(device);
}

} // namespace metrics_event
