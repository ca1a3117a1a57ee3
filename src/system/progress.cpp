#include "system/progress.hpp"

#include "base/quantity.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr auto before_first = 1s;
constexpr auto between_drawings = 100ms;
constexpr auto between_lines = 10s;
constexpr std::string_view gap = "  ";
constexpr std::size_t shortest_bar = 10; // in columns

// Returns a number of items per second with two or three digits, such as `7.9 k/s` or `118 k/s`.
std::string rate_text(double rate) {
  constexpr std::array<std::string_view, 3> units{"/s", " k/s", " M/s"};
  std::size_t unit = 0;
  for (; rate >= 1000 && unit + 1 < units.size(); ++unit) {
    rate /= 1000;
  }
  const auto tenths = static_cast<std::uint64_t>(rate * 10);
  const bool has_tenths = unit > 0 && tenths < 100;
  return std::to_string(tenths / 10) + (has_tenths ? '.' + std::to_string(tenths % 10) : "") +
         std::string{units[unit]};
}

std::string bar(std::uint64_t done, std::uint64_t total, std::size_t columns) {
  const std::size_t room = columns - 2;
  const auto filled = static_cast<std::size_t>(std::min(done, total) * room / total);
  return '[' + std::string(filled, '#') + std::string(room - filled, '.') + ']';
}

} // namespace

std::string progress_line(const ProgressState& state, std::optional<std::size_t> columns) {
  const bool has_total = state.total > 0;
  const std::uint64_t done = has_total ? std::min(state.done, state.total) : state.done;
  const std::uint64_t left = has_total ? state.total - done : 0;
  // The parts in their order on the line; a part of a lower rank is left out later.
  struct Part {
    int rank;
    std::string text;
  };
  std::vector<Part> parts{{0, std::string{state.task}}};
  if (has_total) {
    parts.push_back({0, std::to_string(done * 100 / state.total) + " %"});
  }
  parts.push_back({2, grouped(done) + (has_total ? " of " + grouped(state.total) : "")});
  if (state.rate > 0) {
    parts.push_back({3, rate_text(state.rate)});
  }
  if (state.rate > 0 && left > 0) {
    const auto seconds = std::ceil(static_cast<double>(left) / state.rate);
    parts.push_back(
        {1, spoken(std::chrono::seconds{static_cast<std::int64_t>(seconds)}) + " left"});
  }
  constexpr std::size_t plenty = 1000; // of columns: more than all parts take
  std::size_t room = columns.value_or(plenty);
  for (int rank = 0; rank <= 3; ++rank) {
    for (Part& part : parts) {
      const std::size_t size = part.text.size() + gap.size();
      if (part.rank == rank && size <= room + gap.size()) { // the first part has no gap
        room -= std::min(size, room);
      } else if (part.rank == rank) {
        part.text.clear();
      }
    }
  }
  if (columns && has_total && room >= shortest_bar) {
    parts.insert(parts.begin() + 2, {0, bar(done, state.total, room)});
  }
  std::string line;
  for (const Part& part : parts) {
    line.append(line.empty() || part.text.empty() ? "" : gap).append(part.text);
  }
  return line;
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
  const Deadline now = clock_.steady_now();
  if (console_.is_quiet() || now - started_ < before_first || now - drawn_ < between_drawings) {
    return;
  }
  const std::chrono::duration<double> taken = now - begun_;
  const std::uint64_t since = done - std::min(done, done_before_);
  const ProgressState state{task_, done, total,
                            taken > 0s ? static_cast<double>(since) / taken.count() : 0};
  if (const auto columns = console_.status_columns()) {
    is_drawn_ = true;
    drawn_ = now;
    console_.overwrite(progress_line(state, *columns));
  } else if (now - said_ >= between_lines) {
    said_ = now;
    console_.say(progress_line(state, std::nullopt));
  }
}

void Progress::begin(std::uint64_t done) {
  begun_ = clock_.steady_now();
  done_before_ = done;
}

void Progress::clear() {
  if (std::exchange(is_drawn_, false)) {
    console_.overwrite("");
  }
}

} // namespace metrics_event
