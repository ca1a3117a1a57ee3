#pragma once

#include "system/clock.hpp"
#include "system/console.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metrics_event {

/// A bar for the last line of a terminal, `width` columns in all: `[##....] 5 of 10`.
std::string progress_bar(std::uint64_t done, std::uint64_t total, std::size_t width);

/// Says on stderr how far something long has come, once it takes more than a second: as a bar in
/// the last line of a terminal, else as a line every ten seconds.
class Progress {
public:
  /// `done` is what a line calls what was done: `delivered or refused`.
  Progress(const Console& console, Clock& clock, std::string_view done)
      : console_{console}, clock_{clock}, done_{done}, started_{clock.steady_now()},
        said_{started_} {}

  /// So many of `total` are done; a total of 0 is not known.
  void show(std::uint64_t done, std::uint64_t total);

  /// Takes the bar away, so that something else can be said.
  void clear();

private:
  const Console& console_;
  Clock& clock_;
  std::string_view done_;
  Deadline started_;
  Deadline said_; // the last line
  bool has_bar_ = false;
};

} // namespace metrics_event
