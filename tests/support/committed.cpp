#include "committed.hpp"

#include "program.hpp"
#include "temporary.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

namespace metrics_event::testing {

void check_committed(std::string_view file, const std::string& expected) {
  CAPTURE(file);
  const std::filesystem::path path = source_directory + '/' + std::string{file};
  if (std::getenv("METRICS_EVENT_WRITE_DOCS") != nullptr) {
    write_file(path, expected);
  }
  REQUIRE(std::filesystem::exists(path));
  const bool up_to_date = read_file(path) == expected;
  CHECK_MESSAGE(up_to_date, "run ./dev docs");
}

} // namespace metrics_event::testing
