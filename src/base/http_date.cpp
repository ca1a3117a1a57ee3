#include "base/http_date.hpp"

#include <array>
#include <ctime>

namespace metrics_event {
namespace {

// strptime and strftime use English names of days and months because the program never leaves the
// C locale.
constexpr const char* http_form = "%a, %d %b %Y %H:%M:%S GMT";
constexpr const char* rfc850_form = "%A, %d-%b-%y %H:%M:%S GMT";
constexpr const char* asctime_form = "%a %b %d %H:%M:%S %Y";
constexpr int first_tm_year = 1900;
constexpr int years_in_century = 100;

// Expands a year of two digits. A year that would be more than 50 years in the future is in the
// past instead (RFC 9110, section 5.6.7).
int full_year(int two_digits, std::chrono::sys_seconds now) {
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const int this_year = static_cast<int>(today.year());
  const int year = this_year - this_year % years_in_century + two_digits;
  return year > this_year + years_in_century / 2 ? year - years_in_century : year;
}

std::string formatted(const char* form, std::chrono::sys_seconds time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), form, &parts)};
}

} // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& text,
                                                        std::chrono::sys_seconds now) {
  for (const char* const form : {http_form, rfc850_form, asctime_form}) {
    std::tm parts{};
    const char* const end = strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') {
      if (form == rfc850_form) {
        parts.tm_year = full_year(parts.tm_year % years_in_century, now) - first_tm_year;
      }
      return std::chrono::sys_seconds{std::chrono::seconds{timegm(&parts)}};
    }
  }
  return std::nullopt;
}

std::string http_date(std::chrono::sys_seconds time) {
  return formatted(http_form, time);
}

std::string iso_date(std::chrono::sys_seconds time) {
  return formatted("%Y-%m-%d", time);
}

} // namespace metrics_event
