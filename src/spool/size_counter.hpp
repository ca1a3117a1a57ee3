#pragma once

#include "base/time.hpp"
#include "system/private_directory.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

namespace metrics_event {

/// A limit for bytes that nothing exceeds.
inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// The records that wait, as a whole.
struct Backlog {
  std::uint64_t bytes = 0;
  Instant oldest = Instant::max(); // the oldest entry time

  /// Adds records.
  void add(const Backlog& more) {
    bytes += more.bytes;
    oldest = std::min(oldest, more.oldest);
  }
};

/// Counts the bytes that wait in a spool, so that nobody has to list them: a number in the file
/// `size`, which each process changes under a lock. After a kill the number may be too high and is
/// never too low, because a record is added to it before it is visible, and subtracted after it is
/// gone. Behind it is the oldest entry time that was added since nothing waited, which may be too
/// old and is never too young. When the file is missing or damaged, the records are counted for
/// real.
class SizeCounter {
public:
  /// `count` counts the records for real. It is called only while the counter is locked.
  SizeCounter(const PrivateDirectory& directory, std::function<Backlog()> count)
      : directory_{directory}, count_{std::move(count)} {}

  /// Reads the counter of the spool in a directory without its lock. Returns nothing when there is
  /// none, or when it is damaged.
  static std::optional<Backlog> peek(const std::string& directory);

  /// Adds records and returns true, or returns false when there would be more than `most` bytes.
  /// Before it returns false, the records are counted for real.
  bool add(const Backlog& more, std::uint64_t most);

  /// Runs `remove`, which returns the number of bytes that it has removed, and subtracts that
  /// number. What `remove` throws leaves the counter too high.
  void subtract(const std::function<std::uint64_t()>& remove);

  /// Makes the counter cover records that are known to wait.
  void raise_to(const Backlog& known);

private:
  /// The locked file and its content, if that is valid.
  struct Locked {
    Descriptor file;
    std::optional<Backlog> content;
  };

  Locked lock();
  void write(const Locked& locked, const Backlog& content);

  const PrivateDirectory& directory_;
  std::function<Backlog()> count_;
};

} // namespace metrics_event
