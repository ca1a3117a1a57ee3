#include "base/exit_code.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

TEST_SUITE_BEGIN("exit_code");

TEST_CASE("the exit statuses are those of sysexits, named and explained, in order") {
  int last = -1;
  for (const ExitCodeRow& row : exit_code_table()) {
    CHECK(static_cast<int>(row.code) > last);
    last = static_cast<int>(row.code);
    CHECK(name_of(row.code) == row.name);
    CHECK_FALSE(row.meaning.empty());
  }
  CHECK(last == 128);
  CHECK(name_of(status_of_signal(15)) == "signal");
}

TEST_SUITE_END();
