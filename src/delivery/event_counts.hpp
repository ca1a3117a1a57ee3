#pragma once

#include "delivery/pusher.hpp"

#include <cstdint>
#include <optional>

namespace metrics_event {

/// Numbers of events by what became of them. An event is in one of the first four.
struct EventCounts {
  std::uint64_t delivered = 0; // also counts events appended to a file
  std::uint64_t spooled = 0;
  std::uint64_t refused = 0;  // by the receiver
  std::uint64_t invalid = 0;  // never sent, because they are not valid events
  std::uint64_t repeated = 0; // sent again although an earlier attempt may have stored them
  std::optional<std::uint64_t> confirmed{}; // returned by a query; none: the setting confirm is off
  std::uint64_t hidden = 0; // accepted, and not confirmed because the receiver returns them later
  std::uint64_t behind = 0; // refused as too far behind the newest entry of their stream

  /// Adds what became of the entries of a push, except that they were refused.
  void add(const Pushed& pushed) {
    if (pushed.fate == Pushed::Fate::accepted) {
      delivered += pushed.count;
      hidden += confirmed && !pushed.is_confirmed ? pushed.count : 0;
      confirmed = confirmed ? std::optional{*confirmed + (pushed.is_confirmed ? pushed.count : 0)}
                            : std::nullopt;
    }
    repeated += pushed.count * static_cast<std::uint64_t>(pushed.repeats);
  }

  /// Adds the counts of another run.
  void add(const EventCounts& other) {
    delivered += other.delivered;
    spooled += other.spooled;
    refused += other.refused;
    invalid += other.invalid;
    repeated += other.repeated;
    hidden += other.hidden;
    behind += other.behind;
    if (confirmed) {
      confirmed = *confirmed + other.confirmed.value_or(0);
    }
  }
};

} // namespace metrics_event
