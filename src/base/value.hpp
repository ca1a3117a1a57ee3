#pragma once

#include "base/mismatch.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// Returns the number that a text of digits stands for; nothing when it has other characters, a
/// sign included, or the number does not fit.
std::optional<std::uint64_t> parse_digits(std::string_view text, int base = 10);

/// Parses `true`, `yes`, `on`, `1`, `false`, `no`, `off` or `0`, in upper or lower case.
Parsed<bool> parse_bool(std::string_view text);

/// Parses a whole number from `smallest` to `largest`, written in decimal digits without a sign.
Parsed<std::uint64_t> parse_count(std::string_view text, std::uint64_t smallest,
                                  std::uint64_t largest);

/// Parses a size in bytes, with the unit KiB, MiB, GiB or none, such as `16MiB`. It is more than
/// zero and at most 1 PiB (2^50 bytes).
Parsed<std::uint64_t> parse_byte_size(std::string_view text);

/// Returns a size in bytes as `parse_byte_size` takes it, in the largest unit that leaves no
/// fraction.
std::string byte_size(std::uint64_t bytes);

} // namespace metrics_event
