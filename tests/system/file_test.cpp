#include "system/file.hpp"

#include "support/temporary.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

const Origin by_flag{Origin::Source::flag, "--ca-cert"};

// The text of a file with these bytes, or what is said of it.
std::string read_back(const std::string& bytes) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "file";
  write_file(path, bytes);
  try {
    return read_named_file(path, by_flag, {});
  } catch (const Failure& failure) {
    CHECK(failure.code() == ExitCode::noinput);
    const std::string begin = "--ca-cert: cannot read \"" + path + "\": ";
    REQUIRE(failure.text().starts_with(begin));
    return failure.text().substr(begin.size());
  }
}

} // namespace

TEST_SUITE_BEGIN("file");

TEST_CASE("whatever file is read, a byte order mark is no part of its text") {
  CHECK(read_back("\xEF\xBB\xBFtext\r\n") == "text\r\n");
  CHECK(read_back("\xEF\xBB\xBF") == "");
  CHECK(read_back("text\xEF\xBB\xBF") == "text\xEF\xBB\xBF");
}

TEST_CASE("whatever file is read, one that is no UTF-8 text is called that") {
  const std::string words = "it is UTF-16 or compressed; convert it to UTF-8";
  CHECK(read_back({"\xff\xfet\0", 4}) == words);
  CHECK(read_back({"t\0e\0", 4}) == words);
  CHECK(read_back("\x1f\x8b\x08") == words);
}

TEST_SUITE_END();
