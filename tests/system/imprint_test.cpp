#include "system/imprint.hpp"

#include "support/descriptor.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

#include <string>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

std::optional<Imprint> imprint_in(const TemporaryDirectory& directory, const std::string& text,
                                  std::uint64_t size) {
  const std::string path = directory.path() / "file";
  write_file(path, text);
  const testing::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  return imprint_of(file.get(), size);
}

} // namespace

TEST_SUITE_BEGIN("imprint");

TEST_CASE("an imprint is that of the first and the last bytes before an offset") {
  const TemporaryDirectory directory;
  std::string text(20'000, 'x');
  const auto imprint = imprint_in(directory, text, 10'000);
  REQUIRE(imprint);
  const auto changed_at = [&](std::size_t place) {
    std::string other = text;
    other[place] = 'y';
    return imprint_in(directory, other, 10'000) != imprint;
  };
  CHECK(imprint->size == 10'000);
  CHECK(changed_at(0));
  CHECK(changed_at(1023));
  CHECK_FALSE(changed_at(1024));
  CHECK_FALSE(changed_at(10'000 - 4097));
  CHECK(changed_at(10'000 - 4096));
  CHECK(changed_at(9'999));
  CHECK_FALSE(changed_at(10'000));
}

TEST_CASE("a short beginning counts as a whole, and a file that is too short has no imprint") {
  const TemporaryDirectory directory;
  CHECK(imprint_in(directory, "", 0) == imprint_in(directory, "abc", 0));
  CHECK(imprint_in(directory, "abc", 3) == imprint_in(directory, "abcd", 3));
  CHECK(imprint_in(directory, "abc", 3) != imprint_in(directory, "abd", 3));
  CHECK(imprint_in(directory, "abc", 2) != imprint_in(directory, "abc", 3));
  CHECK_FALSE(imprint_in(directory, "abc", 4));
}

TEST_SUITE_END();
