#pragma once

#include <cstdint>
#include <optional>

namespace metrics_event {

/// Identifies a file by its content up to an offset, so that it is recognised under another name,
/// in another place or after it has grown.
struct Imprint {
  std::uint64_t size = 0; // the offset, in bytes
  std::uint64_t head = 0; // the hash of the first 1024 bytes, or of all if there are fewer
  std::uint64_t tail = 0; // the hash of the last 4096 bytes before the offset, likewise

  bool operator==(const Imprint&) const = default;
};

/// Returns the imprint of the first `size` bytes of an open file; nothing when the file is shorter
/// or cannot be read. The position of the descriptor stays as it is.
std::optional<Imprint> imprint_of(int descriptor, std::uint64_t size);

} // namespace metrics_event
