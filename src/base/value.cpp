#include "base/value.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace metrics_event {
namespace {

struct ByteUnit {
  std::string_view name;
  std::uint64_t size;
};
constexpr std::array byte_units{ByteUnit{"GiB", 1UL << 30U}, ByteUnit{"MiB", 1UL << 20U},
                                ByteUnit{"KiB", 1UL << 10U}, ByteUnit{"", 1}};
constexpr std::uint64_t largest_byte_size = 1UL << 50U;

} // namespace

std::optional<std::uint64_t> parse_digits(std::string_view text, int base) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc{} && stop == end ? std::optional{number} : std::nullopt;
}

Parsed<std::uint64_t> parse_byte_size(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of(decimal_digits), text.size());
  const auto number = parse_digits(text.substr(0, digits));
  const auto* const unit = std::ranges::find(byte_units, text.substr(digits), &ByteUnit::name);
  if (!number || *number == 0 || unit == byte_units.end() ||
      *number > largest_byte_size / unit->size) {
    return Mismatch{"a size such as 16MiB or 500KiB", text};
  }
  return *number * unit->size;
}

std::string byte_size(std::uint64_t bytes) {
  const auto* const unit = std::ranges::find_if(
      byte_units, [bytes](const ByteUnit& candidate) { return bytes % candidate.size == 0; });
  return std::to_string(bytes / unit->size) + std::string{unit->name};
}
Parsed<bool> parse_bool(std::string_view text) {
  constexpr std::array<std::string_view, 8> words{"true",  "yes", "on",  "1",
                                                  "false", "no",  "off", "0"};
  const auto* const word = std::ranges::find(words, lower_case(text));
  if (word == words.end()) {
    return Mismatch{"true or false", text};
  }
  return word < words.begin() + words.size() / 2;
}

Parsed<std::uint64_t> parse_count(std::string_view text, std::uint64_t smallest,
                                  std::uint64_t largest) {
  const std::optional<std::uint64_t> number = parse_digits(text);
  if (!number || *number < smallest || *number > largest) {
    return Mismatch{
        "a whole number from " + std::to_string(smallest) + " to " + std::to_string(largest), text};
  }
  return *number;
}

} // namespace metrics_event
