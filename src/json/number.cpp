#include "json/number.hpp"

#include "base/characters.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <tuple>

namespace metrics_event {
namespace {

struct NumberParts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::string_view exponent; // without a plus sign
};

std::optional<NumberParts> split_number(std::string_view text) {
  if (!is_number(text)) {
    return std::nullopt;
  }
  NumberParts parts{.negative = text.starts_with('-')};
  text.remove_prefix(parts.negative ? 1 : 0);
  if (const std::size_t e = text.find_first_of("eE"); e != text.npos) {
    parts.exponent = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
    text = text.substr(0, e);
  }
  const std::size_t point = text.find('.');
  parts.whole = text.substr(0, point);
  parts.fraction = point == text.npos ? "" : text.substr(point + 1);
  return parts;
}

bool is_zero(const NumberParts& parts) {
  return parts.whole.find_first_not_of('0') == std::string_view::npos &&
         parts.fraction.find_first_not_of('0') == std::string_view::npos;
}

// Returns the decimals without the zeros that end them.
std::string_view needed_fraction(const NumberParts& parts) {
  return parts.fraction.substr(0, parts.fraction.find_last_not_of('0') + 1);
}

// Writes a number without its exponent by moving the decimal point. The caller has made sure that
// the value fits a double, so that the text cannot become arbitrarily long.
std::string without_exponent(const NumberParts& parts) {
  const std::string_view exponent_text = parts.exponent;
  std::ptrdiff_t exponent = 0;
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);

  std::string digits{parts.whole};
  digits += parts.fraction;
  std::ptrdiff_t point = static_cast<std::ptrdiff_t>(parts.whole.size()) + exponent;
  if (point <= 0) {
    digits.insert(0, static_cast<std::size_t>(1 - point), '0');
    point = 1;
  }
  const auto split = static_cast<std::size_t>(point);
  if (digits.size() < split) {
    digits.append(split - digits.size(), '0');
  }
  std::string whole = digits.substr(0, split);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  const std::string fraction = digits.substr(split);
  return (parts.negative ? "-" : "") + whole + (fraction.empty() ? "" : '.' + fraction);
}

} // namespace

bool skip_number(std::string_view& text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto take = [&at, end](char c) {
    const bool is_next = at != end && *at == c;
    at += is_next ? 1 : 0;
    return is_next;
  };
  const auto take_digits = [&at, end] {
    const char* const begin = at;
    while (at != end && is_digit(*at)) {
      ++at;
    }
    return at != begin;
  };
  take('-');
  bool is_number = take('0') || take_digits();
  if (is_number && take('.')) {
    is_number = take_digits();
  }
  if (is_number && (take('e') || take('E'))) {
    static_cast<void>(take('+') || take('-'));
    is_number = take_digits();
  }
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  return is_number;
}

bool is_number(std::string_view text) {
  return skip_number(text) && text.empty();
}

std::optional<std::string> number_with_bare_point(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == text.npos || is_number(text)) {
    return std::nullopt;
  }
  const bool has_fraction = point + 1 < text.size() && is_digit(text[point + 1]);
  std::string number{text};
  has_fraction ? number.insert(point, 1, '0') : number.erase(point, 1);
  return is_number(number) ? std::optional{number} : std::nullopt;
}

std::optional<std::string> plain_number(std::string_view text) {
  const std::optional<NumberParts> parts = split_number(text);
  if (!parts) {
    return std::nullopt;
  }
  if (is_always_finite(text)) {
    return std::string{text};
  }
  // This is strtod because the from_chars of clang 14 does not take doubles. Its decimal point
  // depends on the locale, which stays "C" because nobody calls setlocale.
  const double value = std::strtod(std::string{text}.c_str(), nullptr);
  if (!std::isfinite(value) || (value == 0 && !is_zero(*parts))) {
    return std::nullopt;
  }
  if (parts->exponent.empty()) {
    return std::string{text};
  }
  if (is_zero(*parts)) { // a zero may have any exponent, so it is not expanded
    return std::string{parts->negative ? "-0" : "0"};
  }
  return without_exponent(*parts);
}

std::weak_ordering compare_numbers(std::string_view left, std::string_view right) {
  const auto sign = [](std::string_view number) {
    const bool is_zero =
        std::ranges::none_of(number, [](char c) { return is_digit(c) && c != '0'; });
    return is_zero ? 0 : number.starts_with('-') ? -1 : 1;
  };
  if (sign(left) != sign(right) || sign(left) == 0) {
    return sign(left) <=> sign(right);
  }
  const NumberParts a = *split_number(left);
  const NumberParts b = *split_number(right);
  const auto magnitude = [](const NumberParts& parts) {
    return std::tuple{parts.whole.size(), parts.whole, needed_fraction(parts)};
  };
  return a.negative ? magnitude(b) <=> magnitude(a) : magnitude(a) <=> magnitude(b);
}

bool is_divisor(std::string_view number) {
  constexpr std::size_t most_digits = 18; // ten times the remainder of a division fits 64 bits
  const NumberParts parts = *split_number(number);
  const std::string digits = std::string{parts.whole}.append(needed_fraction(parts));
  const std::size_t zeros = digits.find_first_not_of('0');
  return !parts.negative && zeros != digits.npos && digits.size() - zeros <= most_digits;
}

bool is_multiple_of(std::string_view number, std::string_view divisor) {
  const NumberParts dividend = *split_number(number);
  const NumberParts parts = *split_number(divisor);
  const std::string_view fraction = needed_fraction(dividend);
  const std::size_t decimals = needed_fraction(parts).size();
  if (fraction.size() > decimals) {
    return false; // no multiple has more decimals than the divisor
  }
  // Both are divided as whole numbers, after their points have been moved by the same distance.
  const auto appended = [](std::uint64_t value, char digit) {
    return value * 10 + static_cast<std::uint64_t>(digit - '0');
  };
  std::uint64_t whole_divisor = 0;
  for (const std::string_view digits : {parts.whole, needed_fraction(parts)}) {
    for (const char digit : digits) {
      whole_divisor = appended(whole_divisor, digit);
    }
  }
  std::uint64_t remainder = 0;
  const std::string zeros(decimals - fraction.size(), '0');
  for (const std::string_view digits : {dividend.whole, fraction, std::string_view{zeros}}) {
    for (const char digit : digits) {
      remainder = appended(remainder, digit) % whole_divisor;
    }
  }
  return remainder == 0;
}

std::string shortest_number(std::string_view number) {
  const NumberParts parts = *split_number(number);
  if (is_zero(parts)) {
    return "0";
  }
  const std::string_view fraction = needed_fraction(parts);
  return (parts.negative ? "-" : "") + std::string{parts.whole} +
         (fraction.empty() ? "" : '.' + std::string{fraction});
}

} // namespace metrics_event
