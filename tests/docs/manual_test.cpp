#include "docs/manual.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

TEST_SUITE_BEGIN("manual");

TEST_CASE("a generated part is replaced, and everything else stays") {
  CHECK(with_generated_parts("a\n.\\\" begin events\nold\n.\\\" end events\nb\n", Markup::mdoc, {},
                             {}) == "a\n.\\\" begin events\n.\\\" end events\nb\n");
}

TEST_CASE("each command is a part of a man page, and of nothing else") {
  const Command command{.name = "wait", .details = "Waits. Then it ends."};
  const std::string page = ".\\\" begin command-wait\nold\n.\\\" end command-wait\nb\n";
  CHECK(with_generated_parts(page, Markup::mdoc, {}, {&command, 1}) ==
        ".\\\" begin command-wait\n.Ss wait\nWaits.\nThen it ends.\n.\\\" end command-wait\nb\n");
  CHECK(with_generated_parts(page, Markup::markdown, {}, {&command, 1}) == page);
}

TEST_CASE("a generated part that does not end is an error") {
  CHECK_THROWS_WITH(with_generated_parts("<!-- begin exit-status -->\n", Markup::markdown, {}, {}),
                    "the generated part exit-status does not end");
}

TEST_SUITE_END();
