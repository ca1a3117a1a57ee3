#pragma once

#include "system/console.hpp"
#include "system/progress.hpp"

#include <cstdint>
#include <string>

namespace metrics_event {

/// What a batch says on its way, beside the bar of its progress.
class BatchConsole {
public:
  /// `input` is what messages call it.
  BatchConsole(const Console& console, Clock& clock, std::string input)
      : console_{console}, input_{std::move(input)}, progress_{console, clock, "read"} {}

  /// Says what is wrong with something at a place of the input, the first times; `count` is how
  /// often that was so.
  void complain(std::uint64_t& count, const std::string& place, const std::string& text);

  void warn(const std::string& text);

  void show_progress(std::uint64_t done, std::uint64_t total) { progress_.show(done, total); }

  /// Takes the bar away, so that something else can be said.
  void clear() { progress_.clear(); }

private:
  const Console& console_;
  std::string input_;
  Progress progress_;
};

} // namespace metrics_event
