#pragma once

#include "delivery/pusher.hpp"
#include "loki/entry.hpp"
#include "loki/push.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace metrics_event {

/// The lines of a batch that go into its next push: the number of each, its entry, and what earlier
/// deliveries leave open about it.
class GatheredLines {
public:
  bool empty() const { return numbers_.empty(); }
  std::size_t size() const { return numbers_.size(); }
  std::span<const std::uint64_t> numbers() const { return numbers_; } // ascending
  std::span<const Doubt> doubts() const { return doubts_; }
  std::span<const Entry> entries() const { return std::span{entries_}.first(size()); }

  /// Adds a line and returns true, or returns false when the push has no room for it. The first
  /// line always fits.
  bool add(const Entry& entry, std::uint64_t number, Doubt doubt);

  /// Notes that the line at `index` is not dealt with. The indexes must ascend.
  void leave(std::size_t index, Doubt doubt) { left_.push_back({index, doubt}); }

  /// Notes that the lines from `first` on are not dealt with.
  void leave_from(std::size_t first);

  /// Removes the lines that were not left, and returns their number. The push has no more room than
  /// before.
  std::size_t retain_left();

  /// Removes all lines.
  void clear();

private:
  struct Left {
    std::size_t index;
    Doubt doubt;
  };

  PushRoom room_; // beside these lines
  std::vector<std::uint64_t> numbers_;
  std::vector<Doubt> doubts_;
  std::vector<Entry> entries_; // those of the lines, then spare ones for reuse
  std::vector<Left> left_;
};

} // namespace metrics_event
