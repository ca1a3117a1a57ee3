#include "system/progress.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t width_of_bar = 60;
constexpr auto before_bar = 1s;
constexpr auto between_lines = 10s;

} // namespace

std::string progress_bar(std::uint64_t done, std::uint64_t total, std::size_t width) {
  const std::string numbers = ' ' + std::to_string(done) + " of " + std::to_string(total);
  const std::size_t room = width > numbers.size() + 2 ? width - numbers.size() - 2 : 0;
  const std::size_t filled =
      total == 0 ? room : static_cast<std::size_t>(std::min(done, total) * room / total);
  return '[' + std::string(filled, '#') + std::string(room - filled, '.') + ']' + numbers;
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
  const Deadline now = clock_.steady_now();
  if (console_.is_quiet() || now - started_ < before_bar) {
    return;
  }
  const std::string numbers =
      std::to_string(done) + (total == 0 ? "" : " of " + std::to_string(total));
  if (console_.diagnostics_is_terminal()) {
    has_bar_ = true;
    console_.overwrite(total == 0 ? numbers : progress_bar(done, total, width_of_bar));
  } else if (now - said_ >= between_lines) {
    said_ = now;
    console_.say(std::string{done_} + ' ' + numbers);
  }
}

void Progress::clear() {
  if (std::exchange(has_bar_, false)) {
    console_.overwrite("");
  }
}

} // namespace metrics_event
