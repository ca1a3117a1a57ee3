// How much room a terminal has for a line that is drawn in place.
#include "system/console.hpp"

#include "support/descriptor.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

using namespace metrics_event;

TEST_SUITE_BEGIN("console");

TEST_CASE("a line that is drawn in place leaves the last columns of the terminal free") {
  const testing::Descriptor terminal{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!terminal) {
    MESSAGE("SKIPPED: no pseudo-terminals here");
    return;
  }
  Console console{1, terminal.get()};
  const auto columns_of = [&](unsigned short columns) {
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(::ioctl(terminal.get(), TIOCSWINSZ, &size) == 0);
    return console.status_columns();
  };
  CHECK(columns_of(120) == 117);
  CHECK(columns_of(60) == 57); // resized
  CHECK(columns_of(30) == 27);
  CHECK(columns_of(29) == std::nullopt);
  CHECK(columns_of(0) == 77); // it does not know
  console.set_dumb(true);
  CHECK(columns_of(120) == std::nullopt);
}

TEST_CASE("a pipe has no room for a line that is drawn in place") {
  const testing::Descriptor file{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  CHECK(Console(1, file.get()).status_columns() == std::nullopt);
}

TEST_SUITE_END();
