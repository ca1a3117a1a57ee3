#include "date.hpp"

#include <array>
#include <ctime>

namespace metrics_event {
namespace {

// The names of days and months are English because the program never leaves the C locale.
constexpr const char* http_form = "%a, %d %b %Y %H:%M:%S GMT";

std::string formatted(const char* form, std::chrono::sys_seconds time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), form, &parts)};
}

} // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& text) {
  std::tm parts{};
  const char* const end = strptime(text.c_str(), http_form, &parts);
  if (end == nullptr || *end != '\0') {
    return std::nullopt;
  }
  return std::chrono::sys_seconds{std::chrono::seconds{timegm(&parts)}};
}

std::string http_date(std::chrono::sys_seconds time) {
  return formatted(http_form, time);
}

std::string iso_date(std::chrono::sys_seconds time) {
  return formatted("%Y-%m-%d", time);
}

} // namespace metrics_event
