#pragma once

#include "system/console.hpp"
#include "system/progress.hpp"

#include <cstdint>
#include <string>

namespace metrics_event {

/// Prints the messages of a running batch and its progress bar.
class BatchConsole {
public:
  /// `input` is the name of the input in messages.
  BatchConsole(const Console& console, Clock& clock, std::string input)
      : console_{console}, input_{std::move(input)}, progress_{console, clock, "read"} {}

  /// Counts a problem in `count` and prints it with its place in the input; after the first few
  /// problems of a kind it only counts.
  void complain(std::uint64_t& count, const std::string& place, const std::string& text);

  /// Prints a warning.
  void warn(const std::string& text);

  /// Shows that `done` of `total` lines are processed; a total of 0 means that it is unknown.
  void show_progress(std::uint64_t done, std::uint64_t total) { progress_.show(done, total); }

  /// Removes the progress bar, so that other text can be printed.
  void clear() { progress_.clear(); }

private:
  const Console& console_;
  std::string input_;
  Progress progress_;
};

} // namespace metrics_event
