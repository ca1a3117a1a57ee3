#include "spool/name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <type_traits>

namespace metrics_event {
namespace {

constexpr std::size_t time_digits = 19; // as many as the largest int64 has
constexpr std::size_t id_digits = 16;
constexpr std::size_t longest_name = 80;
constexpr char joint = '+';

// Writes a name into a buffer of fixed size, because a flush does so for each of many files.
class NameWriter {
public:
  NameWriter& text(std::string_view text) {
    at_ = std::ranges::copy(text, at_).out;
    return *this;
  }

  NameWriter& number(std::uint64_t number, std::size_t width = 1, int base = 10) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), number, base).ptr;
    const auto count = static_cast<std::size_t>(end - digits.begin());
    at_ = std::fill_n(at_, width - std::min(width, count), '0');
    at_ = std::copy(digits.begin(), end, at_);
    return *this;
  }

  std::string str() const {
    return {buffer_.data(), static_cast<std::size_t>(at_ - buffer_.begin())};
  }

private:
  std::array<char, longest_name> buffer_{};
  std::array<char, longest_name>::iterator at_ = buffer_.begin();
};

NameWriter& write_stem(NameWriter& writer, const SpoolName& name) {
  return writer
      .number(static_cast<std::uint64_t>(name.time.time_since_epoch().count()), time_digits)
      .text(".")
      .number(name.id, id_digits, 16);
}

// Reads the parts of a name from its beginning. Only the canonical spelling of a number is
// accepted, so that each record has one name.
class NameReader {
public:
  explicit NameReader(std::string_view name) : rest_{name} {}

  NameReader& text(std::string_view expected) {
    is_valid_ = is_valid_ && rest_.starts_with(expected);
    rest_.remove_prefix(is_valid_ ? expected.size() : 0);
    return *this;
  }

  // Reads a number of exactly `width` digits, or one without zeros at the beginning.
  template <class Number>
  NameReader& number(Number& number, std::size_t width = 0, int base = 10) {
    const auto [end, error] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), number, base);
    const auto count = static_cast<std::size_t>(end - rest_.data());
    const std::string_view digits = rest_.substr(0, count);
    const bool is_canonical = width == 0
                                  ? digits == "0" || !digits.starts_with('0')
                                  : count == width && digits.find_first_of("ABCDEF") == digits.npos;
    is_valid_ = is_valid_ && error == std::errc{} && !digits.starts_with('-') && is_canonical;
    rest_.remove_prefix(is_valid_ ? count : 0);
    return *this;
  }

  bool is_whole() const { return is_valid_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool is_valid_ = true;
};

NameReader& read_stem(NameReader& reader, SpoolName& name) {
  std::int64_t time = 0;
  reader.number(time, time_digits).text(".").number(name.id, id_digits, 16);
  name.time = Instant{std::chrono::nanoseconds{time}};
  return reader;
}

} // namespace

std::string SpoolName::text() const {
  NameWriter writer;
  return write_stem(writer, *this)
      .text(",S=")
      .number(size)
      .text(",N=")
      .number(entries)
      .text(",A=")
      .number(attempts)
      .text(".json")
      .str();
}

std::string SpoolName::stem() const {
  NameWriter writer;
  return write_stem(writer, *this).str();
}

void SpoolName::add_attempts(int more) {
  constexpr int most = std::numeric_limits<decltype(attempts)>::max();
  attempts = static_cast<decltype(attempts)>(std::min(most, std::min(most, more) + attempts));
}

std::optional<SpoolName> parse_spool_name(std::string_view name) {
  static_assert(sizeof(SpoolName) == 24 && std::is_trivially_copyable_v<SpoolName>);
  SpoolName parsed;
  NameReader reader{name};
  read_stem(reader, parsed)
      .text(",S=")
      .number(parsed.size)
      .text(",N=")
      .number(parsed.entries)
      .text(",A=")
      .number(parsed.attempts)
      .text(".json");
  return reader.is_whole() && parsed.entries > 0 ? std::optional{parsed} : std::nullopt;
}

std::optional<SpoolName> parse_spool_stem(std::string_view stem) {
  SpoolName parsed;
  NameReader reader{stem};
  read_stem(reader, parsed);
  return reader.is_whole() ? std::optional{parsed} : std::nullopt;
}

std::string joined_name(const SpoolName& name, const SpoolName& replaced) {
  return name.text() + joint + replaced.text();
}

JoinedNames divided_name(std::string_view name) {
  const std::size_t end = name.find(joint);
  return end == name.npos ? JoinedNames{name, {}}
                          : JoinedNames{name.substr(0, end), name.substr(end + 1)};
}

} // namespace metrics_event
