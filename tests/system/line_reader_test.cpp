#include "system/line_reader.hpp"

#include "base/exit_code.hpp"
#include "support/descriptor.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;
using Step = LineReader::Step;

namespace {

constexpr Deadline never = Deadline::max();

struct Found {
  Step step;
  std::uint64_t number;
  std::string text;

  bool operator==(const Found&) const = default;
};

std::vector<Found> all_of(LineReader& reader) {
  std::vector<Found> found;
  while (true) {
    const Step step = reader.next(never);
    if (step == Step::end) {
      return found;
    }
    found.push_back({step, reader.number(), step == Step::line ? std::string{reader.line()} : ""});
  }
}

} // namespace

TEST_SUITE_BEGIN("line_reader");

TEST_CASE("lines are numbered from one, the last one needs no end") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, "one\n\nthree\r\nfour");
  LineReader reader{path, '\n', 100};
  CHECK(reader.is_regular());
  CHECK(reader.name() == path);
  const std::vector<Found> expected{{Step::line, 1, "one"},
                                    {Step::line, 2, ""},
                                    {Step::line, 3, "three\r"},
                                    {Step::line, 4, "four"}};
  CHECK(all_of(reader) == expected);
  reader.rewind();
  CHECK(all_of(reader) == expected);
  write_file(path, "");
  LineReader empty{path, '\n', 100};
  CHECK(all_of(empty).empty());
}

TEST_CASE("a NUL can end a line, which may then have newlines") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, std::string_view{"a\nb\0c\0", 6});
  LineReader reader{path, '\0', 100};
  CHECK(all_of(reader) == std::vector<Found>{{Step::line, 1, "a\nb"}, {Step::line, 2, "c"}});
}

TEST_CASE("a line that is too long is passed over, however long it is") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, "ok\n" + std::string(11, 'x') + "\n" + std::string(300'000, 'y') + "\n" +
                       std::string(10, 'z') + "\n" + std::string(200'000, 'w'));
  LineReader reader{path, '\n', 10};
  CHECK(all_of(reader) == std::vector<Found>{{Step::line, 1, "ok"},
                                             {Step::too_long, 2, ""},
                                             {Step::too_long, 3, ""},
                                             {Step::line, 4, "zzzzzzzzzz"},
                                             {Step::too_long, 5, ""}});
}

TEST_CASE("a pipe that says nothing is idle, and goes on when it does") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "pipe";
  check(mkfifo(path.c_str(), 0600), "mkfifo");
  Descriptor writer{check(open(path.c_str(), O_RDWR | O_CLOEXEC), "open")};
  LineReader reader{path, '\n', 100};
  CHECK_FALSE(reader.is_regular());
  CHECK(reader.next({}) == Step::idle);
  check(write(writer.get(), "ha", 2), "write");
  CHECK(reader.next({}) == Step::idle);
  check(write(writer.get(), "lf\nnext", 7), "write");
  CHECK(reader.next({}) == Step::line);
  CHECK(reader.line() == "half");
  CHECK(reader.next({}) == Step::idle);
  writer.reset();
  CHECK(reader.next(never) == Step::line);
  CHECK(reader.line() == "next");
  CHECK(reader.next(never) == Step::end);
}

TEST_CASE("what cannot be opened is named") {
  const auto failure = [](const std::string& path) {
    try {
      const LineReader reader{path, '\n', 100};
    } catch (const Failure& trouble) {
      CHECK(trouble.code() == ExitCode::noinput);
      return trouble.text();
    }
    return std::string{"none"};
  };
  CHECK(failure("/nonexistent/x") == R"(cannot read "/nonexistent/x": no such file or directory)");
  CHECK(failure("/") == R"(cannot read "/": is a directory)");
}

TEST_CASE("a file is read from an offset on, without a last line that has no end yet") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, "one\ntwo\n" + std::string(11, 'x') + "\nfour\nfi");
  LineReader reader{path, '\n', 10};
  reader.next(never);
  reader.next(never);
  CHECK(reader.begin() == 4);
  CHECK(reader.end() == 8);
  CHECK(reader.is_terminated());

  reader.resume(4, 1);
  CHECK(reader.end() == 4);
  CHECK(all_of(reader) == std::vector<Found>{{Step::line, 2, "two"},
                                             {Step::too_long, 3, ""},
                                             {Step::line, 4, "four"}});
  CHECK(reader.begin() == 20);
  CHECK(reader.end() == 25);
  CHECK(reader.number() == 4);

  write_file(path, std::string(200'000, 'x'));
  LineReader of_one{path, '\n', 10};
  of_one.resume(0, 0);
  CHECK(of_one.next(never) == Step::end);
  CHECK(of_one.end() == 0);
  CHECK(of_one.number() == 0);
}

TEST_CASE("whether the last line has its end is known, also when it is too long") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "lines";
  write_file(path, "a\n" + std::string(200'000, 'x'));
  LineReader reader{path, '\n', 10};
  reader.next(never);
  CHECK(reader.is_terminated());
  CHECK(reader.next(never) == Step::too_long);
  CHECK_FALSE(reader.is_terminated());
  CHECK(reader.begin() == 2);
  CHECK(reader.end() == 200'002);
}

TEST_SUITE_END();
