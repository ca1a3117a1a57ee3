#include "loki/entry.hpp"

#include "event/catalogue.hpp"

#include "support/complaint.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using testing::complaint;
using namespace std::chrono_literals;

namespace {

constexpr Instant now{1700000000s};

Event event_at(Instant time) {
  return {.name = "test", .timestamp = time, .line = R"({"x":1})"};
}

} // namespace

TEST_SUITE_BEGIN("entry");

TEST_CASE("the entry time is when the command ran, or the event's own") {
  const Event event = event_at(now - 1h);
  CHECK(make_entry(event, {{"job", "x"}}, {{"m", "n"}}, EntryTime::now, now).time == now);
  CHECK(make_entry(event, {{"job", "x"}}, {{"m", "n"}}, EntryTime::event, now).time == now - 1h);
  CHECK(make_entry(event, {{"job", "x"}}, {{"m", "n"}}, EntryTime::now, now).line == event.line);
  CHECK(make_entry(event, {{"job", "x"}}, {{"m", "n"}}, EntryTime::now, now).metadata ==
        Labels{{"m", "n"}});
}

TEST_CASE("what an agent would accept and lose is foreseen, at Loki's limits exactly") {
  const auto losses = [](Instant time, std::size_t size) {
    return likely_losses({.labels = {}, .time = time, .line = std::string(size, 'x')}, now).size();
  };
  CHECK(losses(now - 24h * 7, 1) == 0);
  CHECK(losses(now - 24h * 7 - 1ns, 1) == 1);
  CHECK(losses(now + 10min, 1) == 0);
  CHECK(losses(now + 10min + 1ns, 1) == 1);
  CHECK(losses(now, 256UL * 1024) == 0);
  CHECK(losses(now, 256UL * 1024 + 1) == 1);
  CHECK(losses(now - 24h * 8, 300UL * 1024) == 2);
}

TEST_CASE("a label is a name that Loki takes and a value") {
  CHECK(*parse_label("env=prod") == Labels::value_type{"env", "prod"});
  CHECK(*parse_label("_a1=x=y, z") == Labels::value_type{"_a1", "x=y, z"});
  CHECK(*parse_label("job=") == Labels::value_type{"job", ""});
  CHECK(*parse_label("a=" + std::string(2048, 'x')) ==
        Labels::value_type{"a", std::string(2048, 'x')});
}

TEST_CASE("a label that Loki would refuse is refused") {
  CHECK(complaint(parse_label("novalue")) == "expected NAME=VALUE, got \"novalue\"");
  CHECK(complaint(parse_label("=x")) == "expected NAME=VALUE, got \"=x\"");
  for (const char* bad : {"bad-label", "1x", "a.b", "é", "a:b", "a b", " a", "__hidden"}) {
    CAPTURE(bad);
    CHECK(complaint(parse_label(std::string{bad} + "=x")) ==
          "expected a label name of letters, digits and _ that starts with neither a digit nor __, "
          "got \"" +
              std::string{bad} + '"');
  }
  CHECK(complaint(parse_label(std::string(1025, 'a') + "=x")).starts_with("expected a label name"));
  CHECK(complaint(parse_label("a=" + std::string(2049, 'x')))
            .starts_with("expected a label value of at most 2048"));
  CHECK(check_label("a=b", "x").has_value());
  CHECK(check_label("", "x").has_value());
  CHECK_FALSE(check_label("a", "x").has_value());
  CHECK(complaint(parse_label("a=\xff")) == "expected a label value in valid UTF-8, got \"\\xff\"");
}

TEST_SUITE_END();
