#pragma once

#include <cstdint>
#include <string_view>

namespace metrics_event {

/// Returns the 64-bit FNV-1a hash of the bytes. It tells texts apart that nobody made to collide.
constexpr std::uint64_t hash_of(std::string_view bytes) {
  constexpr std::uint64_t offset_basis = 0xcbf29ce484222325;
  constexpr std::uint64_t prime = 0x100000001b3;
  std::uint64_t hash = offset_basis;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * prime;
  }
  return hash;
}

} // namespace metrics_event
