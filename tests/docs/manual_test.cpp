#include "docs/manual.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

TEST_SUITE_BEGIN("manual");

TEST_CASE("a generated part is made anew, and all else stays") {
  CHECK(with_generated_parts("a\n<!-- begin events -->\nold\n<!-- end events -->\nb\n",
                             Markup::markdown, {}, {}) ==
        "a\n<!-- begin events -->\n| event | flag | in the line | value | what it says |\n"
        "|---|---|---|---|---|\n<!-- end events -->\nb\n");
}

TEST_CASE("a generated part that does not end is an error") {
  CHECK_THROWS_WITH(with_generated_parts("<!-- begin events -->\n", Markup::markdown, {}, {}),
                    "the generated part events does not end");
}

TEST_SUITE_END();
