#include "system/progress.hpp"

#include "commands/flush_report.hpp"

#include <chrono>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t width_of_bar = 60;
constexpr auto before_bar = 1s;
constexpr auto between_lines = 10s;

} // namespace

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
