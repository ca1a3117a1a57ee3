#pragma once

#include "system/clock.hpp"
#include "system/console.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metrics_event {

/// Returns a progress bar for the last line of a terminal, `[##....] 5 of 10`, that is `width`
/// columns wide with its numbers.
std::string progress_bar(std::uint64_t done, std::uint64_t total, std::size_t width);

/// Reports the progress of a long task on stderr, once it has taken a second: by a bar in the last
/// line of a terminal, or else by a line every ten seconds.
class Progress {
public:
  /// `done` is the word before the number in a line, such as `delivered or refused`.
  Progress(const Console& console, Clock& clock, std::string_view done)
      : console_{console}, clock_{clock}, done_{done}, started_{clock.steady_now()},
        said_{started_} {}

  /// Reports that `done` of `total` items are done. A `total` of 0 means that it is not known.
  void show(std::uint64_t done, std::uint64_t total);

  /// Removes the bar, so that another message can be written.
  void clear();

private:
  const Console& console_;
  Clock& clock_;
  std::string_view done_;
  Deadline started_;
  Deadline said_; // time of the last line
  bool has_bar_ = false;
};

} // namespace metrics_event
