#pragma once

#include "base/exit_code.hpp"
#include "delivery/event_counts.hpp"
#include "delivery/route.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace metrics_event {

/// The result of a drain.
struct Drained {
  EventCounts counts;
  std::uint64_t set_aside = 0;    // files that are not valid records
  std::uint64_t left = 0;         // entries that were met and still wait
  std::optional<Failure> failure; // a lasting failure takes precedence
  bool may_pass = false;          // whether `may_pass` holds for some trouble of a destination
  std::optional<std::chrono::milliseconds> retry_after{}; // the longest wait a receiver asked for

  /// Records a failure. One that needs action takes precedence over one that may pass; the others
  /// become warnings.
  void fail(const Failure& why, const Warn& warn) {
    const bool counts_more =
        failure && metrics_event::may_pass(failure->code()) && !metrics_event::may_pass(why.code());
    if (failure) {
      warn(counts_more ? failure->text() : why.text());
    }
    if (!failure || counts_more) {
      failure = why;
    }
  }
};

/// The callbacks that follow the progress of a drain.
struct DrainListener {
  Warn warn;
  std::function<void(const std::string& words)> note; // of each successful delivery
  std::function<void(const Drained& so_far)> progress;
};

} // namespace metrics_event
