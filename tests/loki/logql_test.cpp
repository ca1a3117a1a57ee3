#include "loki/logql.hpp"

#include "event/catalogue.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

const Labels usual{{"job", "metrics"}};

Outcome ask(std::vector<std::string> options) {
  options.insert(options.begin(), {"schema", "--logql", "--config", "none"});
  return run(program, {.arguments = options});
}

} // namespace

TEST_SUITE_BEGIN("logql");

TEST_CASE("texts are counted, numbers averaged by the first text, nested names joined") {
  constexpr std::array fields{
      Field{.name = "level", .help = "how bad it is"},
      Field{.name = "ok", .type = FieldType::boolean},
      Field{.name = "took", .type = FieldType::number, .help = "it", .unit = Unit::seconds},
      Field{.name = "disk.free", .parent = "disk", .type = FieldType::integer},
  };
  CHECK(logql({.name = "disk_full", .help = "a disk is full", .fields = fields}, usual) ==
        R"q(# disk_full: a disk is full
{job="metrics"} |= "disk_full" | json | event="disk_full"

# how many in an hour
sum(count_over_time({job="metrics"} |= "disk_full" | json | event="disk_full" [1h]))

# level: how bad it is
sum by (level) (count_over_time({job="metrics"} |= "disk_full" | json | event="disk_full" [1h]))

# ok
sum by (ok) (count_over_time({job="metrics"} |= "disk_full" | json | event="disk_full" [1h]))

# took, in seconds: it
avg_over_time({job="metrics"} |= "disk_full" | json | event="disk_full" | unwrap took | __error__="" [1h]) by (level)
quantile_over_time(0.95, {job="metrics"} |= "disk_full" | json | event="disk_full" | unwrap took | __error__="" [1h]) by (level)

# disk.free
avg_over_time({job="metrics"} |= "disk_full" | json | event="disk_full" | unwrap disk_free | __error__="" [1h]) by (level)
quantile_over_time(0.95, {job="metrics"} |= "disk_full" | json | event="disk_full" | unwrap disk_free | __error__="" [1h]) by (level)
)q");
}

TEST_CASE("an event without texts has its numbers in one group, one without fields has its count") {
  constexpr std::array fields{Field{.name = "n", .type = FieldType::integer}};
  CHECK(logql({.name = "tick", .fields = fields}, usual)
            .ends_with("__error__=\"\" [1h]) by (event)\n"));
  CHECK(logql({.name = "tick"}, usual) ==
        R"q(# tick
{job="metrics"} |= "tick" | json | event="tick"

# how many in an hour
sum(count_over_time({job="metrics"} |= "tick" | json | event="tick" [1h]))
)q");
}

TEST_CASE("the selector has every label, whatever is in its value") {
  const std::string text =
      logql({.name = "tick"}, {{"job", "a \"b\" \\ `c` {d}\n"}, {"place", "Zürich"}});
  CHECK(text.starts_with("# tick\n{job=\"a \\\"b\\\" \\\\ `c` {d}\\n\", place=\"Zürich\"} |= "));
}

TEST_CASE("a field with the name of a label is read under the name that Loki gives it") {
  constexpr std::array fields{Field{.name = "job"},
                              Field{.name = "a.b", .parent = "a", .type = FieldType::integer}};
  const std::string text =
      logql({.name = "tick", .fields = fields}, {{"a_b", "1"}, {"event", "2"}, {"job", "metrics"}});
  CHECK(text.find(" | json | event_extracted=\"tick\"\n") != text.npos);
  CHECK(text.find("\nsum by (job_extracted) (") != text.npos);
  CHECK(text.find(" | unwrap a_b_extracted | ") != text.npos);
  CHECK(text.ends_with(" by (job_extracted)\n"));
}

TEST_CASE("a field whose name LogQL keeps for itself is read under another") {
  constexpr std::array fields{Field{.name = "by", .type = FieldType::integer},
                              Field{.name = "Offset"}};
  const std::string text = logql({.name = "tick", .fields = fields}, usual);
  const std::string events = R"({job="metrics"} |= "tick" | json | event="tick" | json by_="by")"
                             R"( | json Offset_="Offset")";
  CHECK(text.starts_with("# tick\n" + events + '\n'));
  CHECK(text.find("avg_over_time(" + events +
                  R"( | unwrap by_ | __error__="" [1h]) by (Offset_))") != text.npos);
  CHECK(text.find("sum by (Offset_) (") != text.npos);
}

TEST_CASE("a name has the label that Loki makes of it, and what is JSON has no query") {
  constexpr std::array fields{Field{.name = "run-id", .type = FieldType::integer},
                              Field{.name = "größe.x", .type = FieldType::integer},
                              Field{.name = "2nd"}, Field{.name = "tags", .type = FieldType::json}};
  const std::string text = logql({.name = "tick", .fields = fields}, usual);
  CHECK(text.find("| unwrap run_id |") != text.npos);
  CHECK(text.find("| unwrap gr__e_x |") != text.npos);
  CHECK(text.find("sum by (_2nd) (") != text.npos);
  CHECK(text.find("tags") == text.npos);
}

TEST_CASE("schema prints them for built-in and declared events, with the labels of the settings") {
  CHECK(ask({"runner-stop"}).out == logql(built_in_events()[2], usual));
  CHECK(ask({"runner-stop", "--label", "job=", "--label", "filename=/var/log/metrics.log"}).out ==
        logql(built_in_events()[2], {{"filename", "/var/log/metrics.log"}}));

  const TemporaryDirectory directory;
  write_file(directory.path() / "disk-full.json",
             R"({"properties":{"level":{"type":"string"}},"required":["level"]})");
  write_file(directory.path() / "config.toml", "[label]\nenv = \"prod\"\n");
  constexpr std::array fields{Field{.name = "level"}};
  CHECK(run(program,
            {.arguments = {"schema", "disk-full", "--logql", "--events", directory.path().string(),
                           "--config", directory.path() / "config.toml"}})
            .out ==
        logql({.name = "disk_full", .fields = fields}, {{"env", "prod"}, {"job", "metrics"}}));
}

TEST_CASE("without an event there is nothing to ask for") {
  const Outcome outcome = ask({});
  CHECK(outcome.err == "metrics-event: error: --logql needs EVENT; see metrics-event schema "
                       "--help\n");
  CHECK(outcome.out.empty());
  CHECK(outcome.status == 64);
}

TEST_SUITE_END();
