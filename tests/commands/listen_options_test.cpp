#include "commands/listen_options.hpp"

#include "base/exit_code.hpp"
#include "commands/table.hpp"
#include "settings/layers.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

const Command& listen_command() {
  return *find_command(all_commands(), "listen");
}

// What the options give when none of them, or one, is given.
const CommandOptions nothing_given{listen_command().options};

CommandOptions given(std::string_view name, const std::string& text) {
  CommandOptions options = nothing_given;
  options.add({&*std::ranges::find(listen_command().options, name, &CommandOption::name), text});
  return options;
}

} // namespace

TEST_SUITE_BEGIN("listen_options");

TEST_CASE("a script is statuses with an optional Retry-After") {
  const auto script = parse_answers("503,429:retry-after=10,204");
  REQUIRE(script.has_value());
  REQUIRE(script->size() == 3);
  CHECK((*script)[0].status == 503);
  CHECK((*script)[0].retry_after == std::nullopt);
  CHECK((*script)[1].status == 429);
  CHECK((*script)[1].retry_after == 10);
  CHECK((*script)[2].status == 204);
}

TEST_CASE("a script that is none is refused with an example") {
  for (const char* bad : {"", ",", "204,", "abc", "199", "600", "204:", "204:retry-after",
                          "204:retry-after=", "204:retry-after=x", "204:x=1", "204 ,503", "-204"}) {
    CAPTURE(bad);
    const auto script = parse_answers(bad);
    REQUIRE_FALSE(script.has_value());
    CHECK(script.error().text ==
          "expected statuses from 200 to 599 such as 503,429:retry-after=1,204, got \"" +
              std::string{bad} + '"');
  }
}

TEST_CASE("the options of listen have defaults, and its time limit counts only as a flag") {
  const Resolved by_default = resolve({});
  const ListenOptions options = listen_options(nothing_given, by_default);
  CHECK(options.address == "127.0.0.1");
  CHECK(options.port == 3100);
  CHECK(options.count == std::nullopt);
  CHECK(options.timeout == std::nullopt);
  CHECK(options.answers.size() == 1);
  CHECK(options.answers[0].status == 204);

  const Setting* timeout = nullptr;
  for (const Setting& setting : all_settings()) {
    timeout = setting.name == "timeout" ? &setting : timeout;
  }
  REQUIRE(timeout != nullptr);
  const Layer variable{{timeout, "7s", {Origin::Source::environment, "METRICS_EVENT_TIMEOUT"}}};
  CHECK(listen_options(nothing_given, resolve({variable})).timeout == std::nullopt);
  CHECK(listen_options(nothing_given, resolve({{given_by_flag(*timeout, "7s")}})).timeout == 7s);
}

TEST_CASE("a bad option of listen is a usage error that names it") {
  const auto failure = [](std::string_view name, const std::string& text) {
    try {
      listen_options(given(name, text), resolve({}));
    } catch (const Failure& caught) {
      CHECK(caught.code() == ExitCode::usage);
      return caught.text();
    }
    return std::string{"no failure"};
  };
  CHECK(failure("port", "65536") ==
        R"(--port: expected a whole number from 0 to 65535, got "65536")");
  CHECK(failure("count", "0") ==
        R"(--count: expected a whole number from 1 to 9223372036854775807, got "0")");
  CHECK(
      failure("respond", "1") ==
      R"(--respond: expected statuses from 200 to 599 such as 503,429:retry-after=1,204, got "1")");
}

TEST_SUITE_END();
