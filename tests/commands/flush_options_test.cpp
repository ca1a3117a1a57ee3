#include "commands/flush_options.hpp"

#include "base/exit_code.hpp"
#include "commands/table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

using namespace metrics_event;
using namespace std::chrono_literals;
using Task = FlushOptions::Task;

namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

const Command& flush_row() {
  return *find_command(all_commands(), "flush");
}

FlushOptions read(const Given& given) {
  CommandOptions options{flush_row().options};
  for (const auto& [name, text] : given) {
    options.add({&*std::ranges::find(flush_row().options, name, &CommandOption::name), text});
  }
  return flush_options(options);
}

std::string complaint(const Given& given) {
  try {
    read(given);
    return "";
  } catch (const Failure& failure) {
    CHECK(failure.code() == ExitCode::usage);
    return failure.text();
  }
}

} // namespace

TEST_SUITE_BEGIN("flush_options");

TEST_CASE("flush sends, lists or drops") {
  CHECK(read({}).task == Task::send);
  CHECK(read({{"wait", "1m"}}).wait == 1min);
  CHECK(read({{"list", "true"}}).task == Task::list);
  const FlushOptions dropped = read({{"drop", "true"}, {"event", "runner-start"}});
  CHECK(dropped.task == Task::drop);
  CHECK(dropped.filter.event == "runner_start");
  CHECK_FALSE(dropped.refused);
  const FlushOptions old = read({{"drop", "true"}, {"older-than", "7d"}, {"refused", "true"}});
  CHECK(old.filter.older_than == 24h * 7);
  CHECK(old.refused);
  CHECK(read({{"drop", "true"}, {"all", "true"}}).filter.selects_all());
}

TEST_CASE("what would drop more than was meant, or means nothing, is refused") {
  const std::pair<Given, std::string> rows[]{
      {{{"drop", "true"}}, "--drop needs a filter, --event or --older-than, or --all"},
      {{{"drop", "true"}, {"refused", "true"}},
       "--drop needs a filter, --event or --older-than, or --all"},
      {{{"all", "true"}}, "--all is for --drop without a filter"},
      {{{"drop", "true"}, {"all", "true"}, {"event", "x"}}, "--all is for --drop without a filter"},
      {{{"list", "true"}, {"drop", "true"}}, "--list and --drop exclude each other; give one"},
      {{{"list", "true"}, {"wait", "1s"}},
       "--wait has no effect on --list and --drop; leave it out"},
      {{{"event", "x"}}, "a filter needs --list or --drop; give one of them"},
      {{{"refused", "true"}}, "a filter needs --list or --drop; give one of them"},
      {{{"wait", "long"}}, "--wait: expected a duration such as 500ms or 5s, got \"long\""},
      {{{"list", "true"}, {"older-than", "7"}},
       "--older-than: expected an age such as 12h or 7d, got \"7\""},
      {{{"list", "maybe"}}, "--list: expected true or false, got \"maybe\""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.second);
    CHECK(complaint(row.first) == row.second);
  }
}

TEST_CASE("a filter selects by the event's name and by the entry's age") {
  const Instant present{100h};
  const TimedLine entry{.time = Instant{90h}, .line = R"({"event":"runner_start"})"};
  CHECK(SpoolFilter{}.selects(entry, present));
  CHECK(SpoolFilter{.event = "runner_start"}.selects(entry, present));
  CHECK_FALSE(SpoolFilter{.event = "runner_stop"}.selects(entry, present));
  CHECK(SpoolFilter{.older_than = 9h}.selects(entry, present));
  CHECK_FALSE(SpoolFilter{.older_than = 10h}.selects(entry, present));
  CHECK_FALSE(SpoolFilter{.event = "runner_stop", .older_than = 9h}.selects(entry, present));
}

TEST_SUITE_END();
