#pragma once

#include "system/clock.hpp"
#include "system/console.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// How far a long task is.
struct ProgressState {
  std::string_view task;   // such as `batch`
  std::uint64_t done = 0;  // items
  std::uint64_t total = 0; // 0 means that it is not known
  double rate = 0;         // items per second; 0 means that it is not known yet
};

/// Returns the progress of a task as one line, such as
/// `batch  61 %  614 000 of 1 000 000  118 k/s  3 s left`. Of these, it leaves out what does not
/// fit into so many columns, and fills what room is left with a bar. Without columns it has no bar.
std::string progress_line(const ProgressState& state, std::optional<std::size_t> columns);

/// Reports the progress of a long task on stderr, once it has taken a second: in the last line of a
/// terminal, or else by a line every ten seconds.
class Progress {
public:
  Progress(const Console& console, Clock& clock, std::string_view task)
      : console_{console}, clock_{clock}, task_{task}, started_{clock.steady_now()},
        said_{started_} {}

  /// Reports that `done` of `total` items are done. A `total` of 0 means that it is not known.
  void show(std::uint64_t done, std::uint64_t total);

  /// Counts the rate from now on, when `done` items are done already.
  void begin(std::uint64_t done);

  /// Removes the line from the terminal, so that another message can be written.
  void clear();

private:
  const Console& console_;
  Clock& clock_;
  std::string_view task_;
  Deadline started_;
  Deadline said_;             // time of the last line that was not drawn in place
  Deadline drawn_{};          // time of the last one that was
  Deadline begun_ = started_; // from when the rate counts
  std::uint64_t done_before_ = 0;
  bool is_drawn_ = false;
};

} // namespace metrics_event
