#include "system/imprint.hpp"

#include "base/hash.hpp"
#include "system/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

constexpr std::uint64_t head_size = 1024;
constexpr std::uint64_t tail_size = 4096;

// Returns the hash of a part of a file; nothing when the file ends before `end`.
std::optional<std::uint64_t> hash_of_part(int descriptor, std::uint64_t begin, std::uint64_t end) {
  std::array<char, tail_size> bytes{};
  std::uint64_t at = begin;
  while (at < end) {
    const ssize_t size = uninterrupted([&] {
      return pread(descriptor, bytes.data() + (at - begin), end - at, static_cast<off_t>(at));
    });
    if (size <= 0) {
      return std::nullopt;
    }
    at += static_cast<std::uint64_t>(size);
  }
  return hash_of({bytes.data(), end - begin});
}

} // namespace

std::optional<Imprint> imprint_of(int descriptor, std::uint64_t size) {
  const auto head = hash_of_part(descriptor, 0, std::min(size, head_size));
  const auto tail = hash_of_part(descriptor, size - std::min(size, tail_size), size);
  return head && tail ? std::optional{Imprint{size, *head, *tail}} : std::nullopt;
}

} // namespace metrics_event
