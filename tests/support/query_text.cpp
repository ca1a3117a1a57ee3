#include "query_text.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <utility>

namespace metrics_event::testing {
namespace {

using namespace std::chrono_literals;

// Reads a query token by token; white space may stand before each of them.
class Tokens {
public:
  explicit Tokens(std::string_view text) : rest_{text} {}

  bool at_end() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
    return rest_.empty();
  }

  bool take(std::string_view token) {
    if (at_end() || !rest_.starts_with(token)) {
      return false;
    }
    rest_.remove_prefix(token.size());
    return true;
  }

  // A name, which is not empty; in LogsQL it may have dots.
  std::optional<std::string> name() {
    at_end();
    std::size_t size = 0;
    while (size < rest_.size() &&
           (is_letter_or_digit(rest_[size]) || rest_[size] == '_' || rest_[size] == '.')) {
      ++size;
    }
    std::string name{rest_.substr(0, size)};
    rest_.remove_prefix(size);
    return name.empty() ? std::nullopt : std::optional{std::move(name)};
  }

  // A string by Go's rules, in double quotes or in backticks.
  std::optional<std::string> string() {
    if (take("`")) {
      const std::size_t end = rest_.find('`');
      if (end == rest_.npos) {
        return std::nullopt;
      }
      std::string text{rest_.substr(0, end)};
      rest_.remove_prefix(end + 1);
      return text;
    }
    if (!take("\"")) {
      return std::nullopt;
    }
    std::string text;
    while (!rest_.empty() && rest_.front() != '\n') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') {
        return text;
      }
      if (c != '\\') {
        text += c;
      } else if (!add_escaped(text)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

private:
  bool add_escaped(std::string& text) {
    constexpr std::string_view letters = "abfnrtv\\\"";
    constexpr std::string_view characters = "\a\b\f\n\r\t\v\\\"";
    const char letter = rest_.empty() ? '\0' : rest_.front();
    if (const std::size_t which = letters.find(letter); which != letters.npos) {
      rest_.remove_prefix(1);
      text += characters[which];
      return true;
    }
    struct Form {
      char letter;
      std::size_t digits;
      int base;
    };
    constexpr std::array forms{Form{'x', 2, 16}, Form{'u', 4, 16}, Form{'U', 8, 16}};
    const auto* const form = std::ranges::find(forms, letter, &Form::letter);
    const bool is_octal = form == forms.end();
    const std::size_t skipped = is_octal ? 0 : 1;
    const std::string_view digits =
        rest_.substr(std::min(skipped, rest_.size()), is_octal ? 3 : form->digits);
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    if (digits.size() != (is_octal ? 3 : form->digits) ||
        std::from_chars(digits.data(), end, value, is_octal ? 8 : form->base).ptr != end) {
      return false;
    }
    rest_.remove_prefix(skipped + digits.size());
    if (is_octal || letter == 'x') { // a byte
      text += static_cast<char>(value);
      return value <= 0xff;
    }
    append_utf8(text, value);
    return value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
  }

  std::string_view rest_;
};

// Reads what follows the opening brace, up to and including the closing one.
bool read_matchers(Tokens& tokens, Labels& labels) {
  bool may_follow = true; // another matcher
  while (!tokens.take("}")) {
    auto name = may_follow ? tokens.name() : std::nullopt;
    auto value = name && tokens.take("=") ? tokens.string() : std::nullopt;
    if (!value) {
      return false;
    }
    labels.emplace(*std::move(name), *std::move(value));
    may_follow = tokens.take(",");
  }
  return true;
}

} // namespace

std::string parameter(const Parameters& parameters, const char* name, const std::string& fallback) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? fallback : found->second;
}

std::optional<QueryRange> query_range(const Parameters& parameters, const char* usual_limit) {
  const Instant now = std::chrono::system_clock::now();
  const auto start =
      parse_unix_nanoseconds(parameter(parameters, "start", unix_nanoseconds(now - 1h)));
  const auto end = parse_unix_nanoseconds(parameter(parameters, "end", unix_nanoseconds(now)));
  const std::string digits = parameter(parameters, "limit", usual_limit);
  std::size_t limit = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
  return start && end && read.ec == std::errc{} && read.ptr == digits.data() + digits.size()
             ? std::optional{QueryRange{*start, *end, limit}}
             : std::nullopt;
}

std::optional<Labels> parse_selector(std::string_view text) {
  Tokens tokens{text};
  Labels labels;
  const bool is_good = tokens.take("{") && read_matchers(tokens, labels) && tokens.at_end();
  // Loki wants a matcher that does not match a missing label.
  const bool names_one =
      std::ranges::any_of(labels, [](const auto& label) { return !label.second.empty(); });
  return is_good && names_one ? std::optional{std::move(labels)} : std::nullopt;
}

std::optional<Labels> parse_logsql(std::string_view text) {
  Tokens tokens{text};
  Labels filters;
  bool is_empty = true;
  for (; !tokens.at_end(); is_empty = false) {
    if (tokens.take("*")) {
      continue;
    }
    if (tokens.take("{")) {
      if (!read_matchers(tokens, filters)) {
        return std::nullopt;
      }
      continue;
    }
    auto name = tokens.string();
    name = name ? std::move(name) : tokens.name();
    auto value = name && tokens.take(":=") ? tokens.string() : std::nullopt;
    if (!value) {
      return std::nullopt;
    }
    filters.emplace(*std::move(name), *std::move(value));
  }
  return is_empty ? std::nullopt : std::optional{std::move(filters)};
}

bool matches(const Labels& stored, const Labels& asked) {
  return std::ranges::all_of(asked, [&](const auto& matcher) {
    const auto found = stored.find(matcher.first);
    return (found == stored.end() ? "" : found->second) == matcher.second;
  });
}

std::string stream_text(const Labels& labels, std::string_view separator) {
  const auto matcher = [](const auto& label) {
    return label.first + '=' + json_string(label.second);
  };
  return '{' + joined(labels, separator, matcher) + '}';
}

std::string utc_text(const char* form, Instant time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), form, &parts)};
}

std::string decimals(Instant time) {
  const std::string digits = unix_nanoseconds(time);
  std::string text = digits.substr(digits.size() - 9);
  text.erase(text.find_last_not_of('0') + 1);
  return text.empty() ? "" : '.' + text;
}

} // namespace metrics_event::testing
