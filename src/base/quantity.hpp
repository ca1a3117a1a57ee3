#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace metrics_event {

/// Returns a number with a space between groups of three digits, such as `614 000`.
std::string grouped(std::uint64_t number);

/// Returns a duration in its two largest units, such as `3 min 20 s`.
std::string spoken(std::chrono::seconds duration);

/// Returns a duration below a minute with a tenth of a second, such as `9.7 s`, and a longer one as
/// `spoken` does.
std::string spoken_exactly(std::chrono::milliseconds duration);

/// Returns how much of a room for bytes is used, such as `5.1 of 16 MiB` or `750 bytes of 16 MiB`.
std::string room_text(std::uint64_t used, std::uint64_t room);

} // namespace metrics_event
