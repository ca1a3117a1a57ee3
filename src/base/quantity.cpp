#include "base/quantity.hpp"

#include <array>
#include <string_view>

namespace metrics_event {

using namespace std::chrono_literals;

namespace {

struct Size {
  std::string number; // rounded up to a tenth
  std::string unit;
};

Size in_largest_unit(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> units{"bytes", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  std::uint64_t size = 1;
  for (; bytes / size >= 1024 && unit + 1 < units.size(); ++unit) {
    size *= 1024;
  }
  const std::uint64_t tenths = (bytes * 10 + size - 1) / size;
  return {grouped(tenths / 10) + (tenths % 10 == 0 ? "" : '.' + std::to_string(tenths % 10)),
          bytes == 1 ? "byte" : std::string{units[unit]}};
}

} // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ' ');
  }
  return text;
}

std::string spoken(std::chrono::seconds duration) {
  struct Unit {
    std::string_view name;
    std::chrono::seconds length;
  };
  constexpr std::array units{Unit{"day", std::chrono::days{1}}, Unit{"h", 1h}, Unit{"min", 1min},
                             Unit{"s", 1s}};
  std::string text;
  int count = 0;
  for (const Unit& unit : units) {
    const auto whole = duration / unit.length;
    if ((whole == 0 && !(count == 0 && unit.length == 1s)) || count == 2) {
      continue;
    }
    text += (text.empty() ? "" : " ") + std::to_string(whole) + ' ' + std::string{unit.name} +
            (unit.length == std::chrono::days{1} && whole != 1 ? "s" : "");
    duration %= unit.length;
    ++count;
  }
  return text;
}

std::string spoken_exactly(std::chrono::milliseconds duration) {
  if (duration >= 1min) {
    return spoken(std::chrono::floor<std::chrono::seconds>(duration));
  }
  const auto tenths = duration / 100ms;
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

std::string room_text(std::uint64_t used, std::uint64_t room) {
  const Size size_of_used = in_largest_unit(used);
  const Size size_of_room = in_largest_unit(room);
  return size_of_used.number +
         (used == 0 || size_of_used.unit == size_of_room.unit ? "" : ' ' + size_of_used.unit) +
         " of " + size_of_room.number + ' ' + size_of_room.unit;
}

} // namespace metrics_event
