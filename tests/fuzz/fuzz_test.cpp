#include "fuzz/target.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

using namespace metrics_event::testing;

namespace {

namespace fs = std::filesystem;

const fs::path corpus = source_directory + "/tests/fuzz/corpus";

} // namespace

TEST_SUITE_BEGIN("fuzz");

TEST_CASE("every input that fuzzing found does what must always hold") {
  for (const FuzzTarget& target : fuzz_targets()) {
    CAPTURE(target.name);
    REQUIRE(fs::is_directory(corpus / target.name));
    CHECK_FALSE(fs::is_empty(corpus / target.name));
    for (const auto& input : fs::directory_iterator{corpus / target.name}) {
      CAPTURE(input.path());
      CHECK_NOTHROW(target.run(read_file(input.path())));
    }
  }
}

TEST_CASE("every corpus belongs to a target") {
  for (const auto& directory : fs::directory_iterator{corpus}) {
    const std::string name = directory.path().filename();
    CAPTURE(name);
    CHECK(std::ranges::count(fuzz_targets(), name, &FuzzTarget::name) == 1);
  }
}

TEST_SUITE_END();
