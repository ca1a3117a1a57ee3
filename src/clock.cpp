#include "clock.hpp"

#include <random>
#include <thread>

namespace metrics_event {

Instant SystemClock::now() {
  return std::chrono::system_clock::now();
}

Deadline SystemClock::steady_now() {
  return std::chrono::steady_clock::now();
}

void SystemClock::sleep_until(Deadline time) {
  std::this_thread::sleep_until(time);
}

double SystemClock::random() {
  std::random_device device;
  return std::uniform_real_distribution{}(device);
}

} // namespace metrics_event
