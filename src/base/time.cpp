#include "base/time.hpp"

#include "base/characters.hpp"
#include "base/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace metrics_event {
namespace {

using namespace std::chrono;

// Reads the digits behind a decimal point: "5" is 500 ms. More than nine digits are rejected, so
// that nothing is rounded.
std::optional<nanoseconds> fraction_of_a_second(std::string_view digits) {
  const auto parsed = parse_digits(digits);
  if (!parsed || digits.size() > 9) {
    return std::nullopt;
  }
  auto number = static_cast<nanoseconds::rep>(*parsed);
  for (std::size_t place = digits.size(); place < 9; ++place) {
    number *= 10;
  }
  return nanoseconds{number};
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 20> digits{}; // enough for the smallest number with its sign
  out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr);
}

// Returns true when a text has a form. In the form, 0 stands for any digit, + for either sign, and
// T for each of the separators that RFC 3339 allows between a date and a time.
bool has_form(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form, [](char c, char wanted) {
    return wanted == '0'   ? is_digit(c)
           : wanted == '+' ? c == '+' || c == '-'
           : wanted == 'T' ? c == 'T' || c == 't' || c == ' '
                           : c == wanted;
  });
}

int number_at(std::string_view text, std::size_t at, std::size_t size) {
  return static_cast<int>(parse_digits(text.substr(at, size)).value_or(0));
}

// Parses an offset from UTC by RFC 3339: Z or +01:00; or as date(1) and databases print one, after
// a space or not: +0100 or +01.
std::optional<minutes> parse_offset(std::string_view text) {
  text.remove_prefix(text.starts_with(' ') ? 1 : 0);
  if (text == "Z" || text == "z") {
    return minutes{0};
  }
  if (!has_form(text, "+00:00") && !has_form(text, "+0000") && !has_form(text, "+00")) {
    return std::nullopt;
  }
  const int h = number_at(text, 1, 2),
            min = text.size() > 3 ? number_at(text, text.size() - 2, 2) : 0;
  if (h > 23 || min > 59) {
    return std::nullopt;
  }
  return (hours{h} + minutes{min}) * (text.front() == '-' ? -1 : 1);
}

// Returns whether a time is the first second of a month in UTC.
bool begins_a_month(sys_seconds time) {
  const auto midnight = floor<days>(time);
  return time == midnight && year_month_day{midnight}.day() == day{1};
}

// A time that an Instant may be unable to hold: its nanoseconds end in the year 2262.
struct SplitTime {
  sys_seconds whole;
  nanoseconds fraction;
};

// Parses a time by RFC 3339, section 5.6, or by ISO 8601 as far as date(1) prints it: with a comma
// before the fraction. Second 60 counts as the first second of the next minute. UTC may have one
// only at the end of a month (RFC 3339, section 5.7).
Parsed<SplitTime> parse_rfc3339(std::string_view text) {
  const auto mismatch = [text] {
    return Mismatch{
        "UNIX seconds with at most nine decimals, or a time such as 2023-11-14T22:13:20Z", text};
  };
  constexpr std::string_view form = "0000-00-00T00:00:00";
  if (!has_form(text.substr(0, form.size()), form)) {
    return mismatch();
  }
  std::string_view rest = text.substr(form.size());
  std::optional<nanoseconds> fraction{0};
  if (rest.starts_with('.') || rest.starts_with(',')) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find_first_not_of(decimal_digits), rest.size());
    fraction = fraction_of_a_second(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  const year_month_day date{year{number_at(text, 0, 4)},
                            month{static_cast<unsigned>(number_at(text, 5, 2))},
                            day{static_cast<unsigned>(number_at(text, 8, 2))}};
  const int h = number_at(text, 11, 2), min = number_at(text, 14, 2), s = number_at(text, 17, 2);
  if (!fraction || !date.ok() || h > 23 || min > 59 || s > 60) {
    return mismatch();
  }
  const auto offset = parse_offset(rest);
  if (!offset) {
    return Mismatch{"a time that ends with its offset from UTC, Z or such as +01:00", text};
  }
  const sys_seconds whole = sys_days{date} + hours{h} + minutes{min} + seconds{s} - *offset;
  if (s == 60 && !begins_a_month(whole)) {
    return Mismatch{"a second from 0 to 59, or 60 at 23:59 UTC on the last day of a month", text};
  }
  return SplitTime{whole, *fraction};
}

// Returns a mismatch when a number has too many digits for seconds. In seconds, 12 digits lie
// beyond the year 5000, so the number must be in a finer unit, which its length tells.
std::optional<Mismatch> unit_too_fine(std::string_view whole_digits, std::string_view text) {
  const std::size_t n = whole_digits.size();
  if (n < 12) {
    return std::nullopt;
  }
  const auto say = [text](const char* unit, const char* parts) {
    const Mismatch mismatch{std::string{"UNIX seconds and not "} + unit, text};
    return Mismatch::saying(mismatch.text + "; divide it by " + parts);
  };
  return n < 15   ? say("milliseconds", "1000")
         : n < 18 ? say("microseconds", "1000000")
                  : say("nanoseconds", "1000000000");
}

// Parses a number with a unit. Its whole part is capped at a hundred years, so that the
// multiplication cannot overflow.
Parsed<milliseconds> parse_time_span(std::string_view text, const Mismatch& mismatch) {
  struct Unit {
    std::string_view name;
    milliseconds length;
  };
  constexpr std::array units{Unit{"ms", 1ms}, Unit{"s", 1s}, Unit{"m", 1min}, Unit{"h", 1h},
                             Unit{"d", days{1}}};
  const std::size_t number_end = text.find_first_not_of("0123456789.");
  if (number_end == std::string_view::npos) {
    return mismatch;
  }
  const auto* const unit = std::ranges::find(units, text.substr(number_end), &Unit::name);
  const std::string_view number = text.substr(0, number_end);
  const std::size_t point = std::min(number.find('.'), number.size());
  const auto whole = parse_digits(number.substr(0, point));
  const auto fraction =
      point == number.size() ? std::optional{0ns} : fraction_of_a_second(number.substr(point + 1));
  constexpr auto longest = static_cast<std::uint64_t>(milliseconds{days{36500}}.count());
  if (unit == units.end() || !whole || !fraction) {
    return mismatch;
  }
  const auto part = duration_cast<milliseconds>(*fraction * unit->length.count() / 1000);
  return std::min(*whole, longest / static_cast<std::uint64_t>(unit->length.count())) *
             unit->length +
         part;
}

} // namespace

Parsed<milliseconds> parse_duration(std::string_view text) {
  auto duration = parse_time_span(text, {"a duration such as 500ms or 5s", text});
  if (duration && (*duration <= 0ms || *duration > 24h)) {
    return Mismatch{"a duration of more than 0 and at most 24h", text};
  }
  return duration;
}

std::string duration_text(milliseconds duration) {
  const auto whole = floor<seconds>(duration);
  return whole == duration ? std::to_string(whole.count()) + 's'
                           : std::to_string(duration.count()) + "ms";
}

Parsed<milliseconds> parse_age(std::string_view text) {
  return parse_time_span(text, {"an age such as 12h or 7d", text});
}

Parsed<Instant> parse_timestamp(std::string_view text) {
  // Bash writes EPOCHREALTIME, and date(1) a fraction, with the comma of the locale.
  const std::size_t point = std::min(text.find_first_of(".,"), text.size());
  const std::string_view whole = text.substr(0, point);
  const auto fraction =
      point == text.size() ? std::optional{0ns} : fraction_of_a_second(text.substr(point + 1));
  const bool leading_zero = whole.size() > 1 && whole.front() == '0';
  const auto number = parse_digits(whole);
  Parsed<SplitTime> time{SplitTime{}};
  if ((!number && !all_digits(whole)) || !fraction || leading_zero) {
    time = parse_rfc3339(text);
  } else if (auto mismatch = unit_too_fine(whole, text)) {
    return *std::move(mismatch);
  } else {
    time = SplitTime{sys_seconds{seconds{*number}}, *fraction};
  }
  if (!time) {
    return time.error();
  }
  if (time->whole < sys_seconds{}) {
    return Mismatch{"a time not before 1970", text};
  }
  if (time->whole >= sys_days{year{2262} / 1 / 1}) { // an Instant overflows in that year
    return Mismatch{"a time before the year 2262", text};
  }
  return time->whole + time->fraction;
}

std::string unix_seconds(Instant time) {
  std::string text;
  append_unix_seconds(text, time);
  return text;
}

void append_unix_seconds(std::string& out, Instant time) {
  const auto whole = floor<seconds>(time);
  append_number(out, whole.time_since_epoch().count());
  const auto fraction = (time - whole).count();
  if (fraction != 0) {
    const std::size_t point = out.size();
    append_number(out, 1'000'000'000 + fraction); // the 1 keeps the leading zeros of nine digits
    out[point] = '.';
    out.resize(out.find_last_not_of('0') + 1);
  }
}

std::string unix_nanoseconds(Instant time) {
  std::string text;
  append_unix_nanoseconds(text, time);
  return text;
}

void append_unix_nanoseconds(std::string& out, Instant time) {
  append_number(out, time.time_since_epoch().count());
}

Parsed<Instant> parse_unix_nanoseconds(std::string_view text) {
  const auto time = parse_count(text, 0, std::numeric_limits<std::int64_t>::max());
  if (!time) {
    return Mismatch{"UNIX nanoseconds in digits", text};
  }
  return Instant{nanoseconds{static_cast<std::int64_t>(*time)}};
}

} // namespace metrics_event
