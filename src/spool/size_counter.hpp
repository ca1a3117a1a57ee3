#pragma once

#include "system/private_directory.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>

namespace metrics_event {

/// A limit for bytes that nothing exceeds.
inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// Counts the bytes that wait in a spool, so that nobody has to list them: a number in the file
/// `size`, which each process changes under a lock. After a kill the number may be too high and is
/// never too low, because a record is added to it before it is visible, and subtracted after it is
/// gone. When the file is missing or damaged, the bytes are counted for real.
class SizeCounter {
public:
  /// `count` counts the bytes for real. It is called only while the counter is locked.
  SizeCounter(const PrivateDirectory& directory, std::function<std::uint64_t()> count)
      : directory_{directory}, count_{std::move(count)} {}

  /// Adds `size` bytes and returns true, or returns false when there would be more than `most`
  /// bytes. Before it returns false, the bytes are counted for real.
  bool add(std::uint64_t size, std::uint64_t most);

  /// Runs `remove`, which returns the number of bytes that it has removed, and subtracts that
  /// number. What `remove` throws leaves the counter too high.
  void subtract(const std::function<std::uint64_t()>& remove);

  /// Makes the number at least `size`, which is the size of files that are known to wait.
  void raise_to(std::uint64_t size);

private:
  /// The locked file and the number in it, if there is a valid one.
  struct Locked {
    Descriptor file;
    std::optional<std::uint64_t> size;
  };

  Locked lock();
  void write(const Locked& locked, std::uint64_t size);

  const PrivateDirectory& directory_;
  std::function<std::uint64_t()> count_;
};

} // namespace metrics_event
