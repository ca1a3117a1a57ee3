#pragma once

#include "system/console.hpp"
#include "system/progress.hpp"

#include <cstdint>
#include <string>

namespace metrics_event {

/// Prints the messages of a running batch and its progress bar.
class BatchConsole {
public:
  /// `input` is the name of the input in messages. `remedy` says how to send the lines that a
  /// failure leaves unsent; `#` in it stands for the number of the first one.
  BatchConsole(const Console& console, Clock& clock, std::string input, std::string remedy = "")
      : console_{console}, input_{std::move(input)}, remedy_{std::move(remedy)}, progress_{
                                                                                     console, clock,
                                                                                     "batch"} {}

  /// Counts a problem in `count` and prints it with its place in the input; after the first few
  /// problems of a kind it only counts.
  void complain(std::uint64_t& count, const std::string& place, const std::string& text);

  /// Prints a warning.
  void warn(const std::string& text);

  /// Shows that `done` of `total` lines are processed; a total of 0 means that it is unknown.
  void show_progress(std::uint64_t done, std::uint64_t total) { progress_.show(done, total); }

  /// Counts the rate of the progress from now on, after `done` lines.
  void begin_progress(std::uint64_t done) { progress_.begin(done); }

  /// Returns the remedy when the lines from `first` on were not sent; empty when there is none.
  std::string remedy(std::uint64_t first) const;

  /// Removes the progress bar, so that other text can be printed.
  void clear() { progress_.clear(); }

private:
  const Console& console_;
  std::string input_;
  std::string remedy_;
  Progress progress_;
};

} // namespace metrics_event
