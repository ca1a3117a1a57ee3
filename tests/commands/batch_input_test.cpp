#include "commands/batch_input.hpp"

#include "event/catalogue.hpp"
#include "loki/push.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;
using Step = BatchInput::Step;

namespace {

constexpr Instant now{std::chrono::seconds{1'700'000'000}};

const EventTypes types{built_in_events()};

std::string name_in(std::string_view line) {
  constexpr std::string_view before = R"("event":")";
  line.remove_prefix(line.find(before) + before.size());
  return std::string{line.substr(0, line.find('"'))};
}

// What is found from here to the end: events by their names, mistakes by their places.
std::vector<std::string> rest_of(BatchInput& input) {
  std::vector<std::string> found;
  while (true) {
    const Step step = input.next(Deadline::max(), now);
    if (step == Step::end) {
      return found;
    }
    const std::string number = std::to_string(input.number());
    found.push_back(step == Step::event ? number + ' ' + name_in(input.line())
                                        : number + ':' + std::to_string(input.mistake().column));
  }
}

} // namespace

TEST_SUITE_BEGIN("batch_input");

TEST_CASE("lines are events or mistakes, blank ones are neither but count") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, "{\"event\":\"a\"}\r\n\n \t\r\n{\"event\":1}\n{\"event\":\"b\"}");
  BatchInput input{path, '\n', types};
  CHECK(input.is_regular());
  CHECK(input.name() == path);
  CHECK(input.total() == 0);
  CHECK(rest_of(input) == std::vector<std::string>{"1 a", "4:10", "5 b"});
}

TEST_CASE("a line that is too long is a mistake like others") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, R"({"event":"a","x":")" + std::string(largest_push, 'x') + "\"}\n" +
                       R"({"event":"b"})");
  BatchInput input{path, '\n', types};
  REQUIRE(input.next(Deadline::max(), now) == Step::mistake);
  CHECK(input.number() == 1);
  CHECK(input.mistake().column == 1);
  CHECK(input.mistake().text == "the line is longer than 1048576 bytes");
  CHECK(rest_of(input) == std::vector<std::string>{"2 b"});
}

TEST_CASE("an event that no push can carry is a mistake") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  std::string quotes;
  for (std::size_t i = 0; i < 400'000; ++i) {
    quotes += "\\\"";
  }
  write_file(path, R"({"event":"a","x":")" + quotes + "\"}\n" + R"({"event":"b","x":")" +
                       std::string(900'000, 'x') + "\"}\n");
  BatchInput input{path, '\n', types};
  REQUIRE(input.next(Deadline::max(), now) == Step::mistake);
  CHECK(input.mistake().column == 1);
  CHECK(input.mistake().text ==
        "the event is too long for a push, which has at most 1048576 bytes; make it shorter");
  CHECK(rest_of(input) == std::vector<std::string>{"2 b"});
}

TEST_CASE("what is appended to a file after it was looked at is not read") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, "{\"event\":\"a\"}\nx\n{\"event\":\"b\"}\n");
  BatchInput input{path, '\n', types};
  std::vector<std::uint64_t> mistakes;
  REQUIRE(input.validate(now, [&] { mistakes.push_back(input.number()); }));
  CHECK(mistakes == std::vector<std::uint64_t>{2});
  CHECK(input.total() == 3);
  std::ofstream{path, std::ios::app} << "{\"event\":\"late\"}\n{\"eve";
  CHECK(rest_of(input) == std::vector<std::string>{"1 a", "2:1", "3 b"});
}

TEST_CASE("a file that has become shorter after it was looked at is a failure") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, "{\"event\":\"a\"}\n{\"event\":\"b\"}\n");
  BatchInput input{path, '\n', types};
  REQUIRE(input.validate(now, [] { FAIL("there is no mistake"); }));
  write_file(path, "{\"event\":\"a\"}\n");
  CHECK(input.next(Deadline::max(), now) == Step::event);
  try {
    input.next(Deadline::max(), now);
    FAIL("the second line is gone");
  } catch (const Failure& failure) {
    CHECK(failure.code() == ExitCode::ioerr);
    CHECK(failure.text() == path + " has become shorter; it had 2 lines");
  }
}

TEST_CASE("an empty file has an end and nothing else") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, "");
  BatchInput input{path, '\n', types};
  REQUIRE(input.validate(now, [] { FAIL("there is no mistake"); }));
  CHECK(input.total() == 0);
  write_file(path, "{\"event\":\"late\"}\n");
  CHECK(rest_of(input).empty());
}

TEST_SUITE_END();
