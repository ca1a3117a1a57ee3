#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "event/catalogue.hpp"
#include "event/event.hpp"
#include "fuzz/target.hpp"
#include "json/number.hpp"
#include "json/reader.hpp"

#include <cstdlib>
#include <string>

namespace metrics_event::testing {
namespace {

using namespace std::chrono_literals;

template <class T>
bool gives(const Parsed<T>& parsed, const T& value) {
  return parsed && *parsed == value;
}

// The first line is the timestamp unless it is empty, the others are the fields in order.
std::vector<GivenField> fields_of(const EventType& type,
                                  const std::vector<std::string_view>& lines) {
  std::vector<GivenField> given;
  if (!lines[0].empty()) {
    given.push_back({&timestamp_field, lines[0]});
  }
  for (std::size_t i = 0; i < type.fields.size() && i + 1 < lines.size(); ++i) {
    given.push_back({&type.fields[i], lines[i + 1]});
  }
  return given;
}

void check_event(const EventType& type, const std::vector<std::string_view>& lines) {
  if (const auto event = build_event(type, {.fields = fields_of(type, lines)}, Instant{1ns})) {
    must(is_safe_to_show(event->line), "a line is one line and safe to show");
    must(compact_json(event->line) == event->line, "a line is compact JSON");
  } else {
    must(is_safe_to_show(event.error().text), "a mistake is safe to show");
  }
}

void check_number(std::string_view text) {
  const auto plain = plain_number(text);
  if (!plain) {
    return;
  }
  must(is_number(text) && is_number(*plain), "a plain number is a number");
  must(plain->find_first_of("eE") == std::string::npos, "a plain number has no exponent");
  must(plain_number(*plain) == *plain, "a plain number stays as it is");
  must(std::strtod(plain->c_str(), nullptr) == std::strtod(std::string{text}.c_str(), nullptr),
       "a plain number is the same number");
}

void check_times(std::string_view text) {
  if (const auto time = parse_timestamp(text)) {
    must(gives(parse_timestamp(unix_seconds(*time)), *time), "a timestamp keeps its value");
  }
  if (const auto duration = parse_duration(text)) {
    must(*duration > 0ms && *duration <= 24h, "a duration is bounded");
    must(gives(parse_duration(duration_text(*duration)), *duration),
         "a duration is shown as it is");
  }
  if (const auto age = parse_age(text)) {
    must(*age >= 0ms, "an age is no time ahead");
  }
}

void check_size(std::string_view text) {
  if (const auto size = parse_byte_size(text)) {
    must(*size > 0, "a size is no nothing");
    must(gives(parse_byte_size(byte_size(*size)), *size), "a size is shown as it is");
  }
}

} // namespace

// The values of an event's fields, one a line; each line is also looked at by itself.
void fuzz_field(std::string_view input) {
  const auto lines = lines_of(input);
  for (const EventType& type : built_in_events()) {
    check_event(type, lines);
  }
  for (const std::string_view line : lines) {
    check_number(line);
    check_times(line);
    check_size(line);
  }
}

} // namespace metrics_event::testing
