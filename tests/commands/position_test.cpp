#include "commands/position.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

constexpr Instant second{1'700'000'000s};

const Position sample{
    .destination = {"http://loki.example.com/loki/api/v1/push?x=", "team-a"},
    .labels = {{"job", "metrics"}, {"region", "größe \"x\""}},
    .device = 2049,
    .inode = 18'446'744'073'709'551'615U,
    .begin = 4711,
    .line = 42,
    .imprint = {9000, 1, 18'446'744'073'709'551'615U},
    .times = {{second, second, 9000}, {second + 5ns, second + 9000ns}, {second - 1h, second - 1h}},
    .push = OpenPush{.end = 9000,
                     .last_line = 50,
                     .entry_time = EntryTime::event,
                     .metadata = {{"trace", "1"}},
                     .read_at = {{Instant{}, Instant{}, 3}, {second, second, 5}},
                     .lines = {{2, std::nullopt},
                               {1, Doubt::none},
                               {2, Doubt::possibly_stored},
                               {1, Doubt::unconfirmed},
                               {2, Doubt::unconfirmed_twice}},
                     .is_spooling = true}};

Position without_push() {
  Position position = sample;
  position.push.reset();
  position.imprint.size = position.begin;
  return position;
}

std::string reason(std::string_view text) {
  const auto position = decode_position(text);
  return position ? "" : position.error();
}

std::string with(std::string_view part, std::string_view replacement) {
  std::string changed = encode(sample);
  const std::size_t found = changed.find(part);
  REQUIRE(found != std::string::npos);
  return changed.replace(found, part.size(), replacement);
}

} // namespace

TEST_SUITE_BEGIN("position");

TEST_CASE("a position is read as it was written, with and without a push") {
  for (const Position& position : {sample, without_push(), Position{}}) {
    const auto read = decode_position(encode(position));
    REQUIRE(read.has_value());
    CHECK(*read == position);
  }
}

TEST_CASE("equal times and equal lines take one word") {
  const std::string text = encode(sample);
  CHECK(text.find(R"("times":"1700000000000000000x9000 5:8995 -3600000000005")") != text.npos);
  CHECK(text.find(R"("read_at":"0x3 1700000000000000000x5")") != text.npos);
  CHECK(text.find(R"("lines":"2- 1n 2p 1u 2U")") != text.npos);
}

TEST_CASE("what is not a position is rejected, wherever it is torn") {
  const std::string text = encode(sample);
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    CAPTURE(size);
    CHECK(reason(std::string_view{text}.substr(0, size)) == "it is torn, or not JSON");
  }
  CHECK(reason(with(R"("version":1)", R"("version":2)")) == "its format version is not 1");
  CHECK(reason(with(R"("begin":4711,)", "")) == "it lacks \"begin\"");
  CHECK(reason(with(R"("begin":4711)", R"("begin":-1)")) == "its \"begin\" is not a number");
  CHECK(reason(with(R"("begin":4711)", R"("begin":9001)")) == "its offsets contradict each other");
  CHECK(reason(with(R"("last_line":50)", R"("last_line":41)")) ==
        "its offsets contradict each other");
  CHECK(reason(with("x9000", "x9999")) == "it has too many times");
  CHECK(reason(with("x9000", "x18446744073709551615")) == "it has too many times");
  CHECK(reason(with("x9000", "x9000z")) == "it has an unknown ending: \"z\"");
  CHECK(reason(with(" 1n", " 1z")) == "it has an unknown letter: \"z\"");
  CHECK(reason(with(" 1n", " n")) == "it has a bad number: \"n\"");
  CHECK(reason(with(R"("labels":{)", R"("labels":[],"x":{)")) ==
        "its \"labels\" are not an object");
}

TEST_CASE("each line of a push has the time at which it was read, and what is open about it") {
  const OpenPush& push = *sample.push;
  const std::uint64_t first = sample.line + 1;
  CHECK(read_time(push, first, 45) == Instant{});
  CHECK(read_time(push, first, 46) == second);
  CHECK(read_time(push, first, 50) == second);
  CHECK(doubt_about(push, first, 43) == std::nullopt);
  CHECK(doubt_about(push, first, 44) == std::nullopt);
  CHECK(doubt_about(push, first, 45) == Doubt::none);
  CHECK(doubt_about(push, first, 47) == Doubt::possibly_stored);
  CHECK(doubt_about(push, first, 50) == Doubt::unconfirmed_twice);
  CHECK(doubt_about(push, first, 51) == std::nullopt);
}

TEST_SUITE_END();
