#include "commands/flush.hpp"

#include "base/quantity.hpp"
#include "support/in_process.hpp"
#include "support/scratch_spool.hpp"
#include "support/test_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::string start = R"({"event":"runner_start"})";
const std::string stop = R"({"event":"runner_stop"})";

// A spool, and flushes of it by the program itself, whose receiver accepts everything.
struct Flushing {
  ScratchSpool scratch;
  Spool spool = scratch.make();
  TestClock clock;
  InProcess process;
  std::size_t pushes = 0;

  Flushing() {
    process.transport = [this](const Request&, Deadline) {
      pushes += 1;
      return Reply{.status = 204};
    };
  }

  int run(std::vector<std::string> more) {
    more.insert(more.begin(), "flush");
    more.insert(more.end(), {"--spool", scratch.path.string()});
    return process.run(more, clock);
  }
  Instant ago(std::chrono::seconds age) const { return clock.wall - age; }
  SpoolRecord mixed() const {
    return record_of_lines({{ago(3s), start}, {ago(2s), stop}, {ago(1s), start}});
  }
  // The events of the records in a box, in the order of their names.
  Names events(const std::string& box) const {
    Names found;
    Names files = scratch.files(box);
    std::erase_if(files, [](const std::string& name) { return name.ends_with(".reason"); });
    for (const std::string& file : files) {
      const auto record = decode_record(read_file(scratch.path / box / file));
      REQUIRE(record.has_value());
      for (const TimedLine& entry : record->entries) {
        found.push_back(event_of(entry.line));
      }
    }
    return found;
  }
};

} // namespace

TEST_SUITE_BEGIN("flush");

TEST_CASE("a drop takes what its filter selects out of a record, and leaves the rest") {
  Flushing flushing;
  flushing.spool.add(encode(flushing.mixed()), 3, 7, no_limit);
  CHECK(flushing.run({"--drop", "--event", "runner-stop"}) == 0);
  CHECK(flushing.process.out() == "dropped 1, left 2\n");
  CHECK(flushing.events("new") == Names{"runner_start", "runner_start"});
  CHECK(parse_spool_name(flushing.scratch.files("new").front())->attempts == 3);
  CHECK(flushing.scratch.counter() == counted(flushing.scratch.bytes()));
  CHECK(flushing.run({"--drop", "--event", "runner-stop"}) == 0);
  CHECK(flushing.process.out() == "dropped 0, left 2\n");
  CHECK(flushing.run({"--drop", "--event", "runner-start"}) == 0);
  CHECK(flushing.process.out() == "dropped 2, left 0\n");
  CHECK(flushing.scratch.files("new").empty());
  CHECK(flushing.scratch.counter() == counted(0));
  CHECK(flushing.pushes == 0);
}

TEST_CASE("a drop by age divides a record as well") {
  Flushing flushing;
  flushing.spool.add(
      encode(record_of_lines({{flushing.ago(10h), start}, {flushing.ago(1h), stop}})), 0, 7,
      no_limit);
  CHECK(flushing.run({"--drop", "--older-than", "2h"}) == 0);
  CHECK(flushing.process.out() == "dropped 1, left 1\n");
  CHECK(flushing.events("new") == Names{"runner_stop"});
}

TEST_CASE("a drop divides a valid record of a foreign name like any other") {
  Flushing flushing;
  write_file(flushing.scratch.path / "new/stranger", encode(flushing.mixed()).str());
  CHECK(flushing.run({"--drop", "--event", "runner-stop"}) == 0);
  CHECK(flushing.process.out() == "dropped 1, left 2\n");
  CHECK(flushing.events("new") == Names{"runner_start", "runner_start"});
  CHECK(flushing.scratch.files("new").size() == 1);
  CHECK(parse_spool_name(flushing.scratch.files("new").front()));
}

TEST_CASE("a drop from a refused record of many entries leaves the rest refused, with its reason") {
  for (const bool is_foreign : {false, true}) {
    CAPTURE(is_foreign);
    Flushing flushing;
    const std::string text = encode(flushing.mixed()).str();
    const std::string name = is_foreign ? "stranger" : encode(flushing.mixed()).name(7, 0).text();
    write_file(flushing.scratch.path / "refused" / name, text);
    write_file(flushing.scratch.path / "refused" / (name + ".reason"), "because\n");
    CHECK(flushing.run({"--drop", "--refused", "--event", "runner-stop"}) == 0);
    CHECK(flushing.process.out() == "dropped 1, left 2\n");
    CHECK(flushing.scratch.files("new").empty());
    CHECK(flushing.events("refused") == Names{"runner_start", "runner_start"});
    CHECK(flushing.scratch.files("refused").size() == 4);
    for (const SpoolName& left : flushing.spool.list(Box::refused).names) {
      CHECK(flushing.spool.reason(left.text()) == "because");
    }
  }
}

TEST_CASE("a drop without a filter takes what is no record, too, a filter leaves it") {
  Flushing flushing;
  flushing.spool.add(encode(flushing.mixed()), 0, 7, no_limit);
  write_file(flushing.scratch.path / "new/stranger", "hello");
  CHECK(flushing.run({"--drop", "--event", "runner-start"}) == 0);
  CHECK(flushing.process.out() == "dropped 2, left 2\n");
  CHECK(flushing.run({"--drop", "--all"}) == 0);
  CHECK(flushing.process.out() == "dropped 2, left 0\n");
  CHECK(flushing.scratch.files("new").empty());
}

TEST_CASE("a drop leaves what a living sender is trying, and takes what a dead one has left") {
  Flushing flushing;
  const HeldRecord held = flushing.spool.hold(flushing.mixed(), 7, no_limit);
  flushing.spool.hold(flushing.mixed(), 8, no_limit);
  CHECK(flushing.run({"--drop", "--all"}) == 0);
  CHECK(flushing.process.out() == "dropped 3, left 0\n");
  CHECK(flushing.scratch.files("trying") == Names{held.name.text()});
}

TEST_CASE("a list has a line for each entry, whatever the records are") {
  Flushing flushing;
  flushing.spool.add(encode(flushing.mixed()), 3, 7, no_limit);
  const HeldRecord held =
      flushing.spool.hold(record_of_lines({{flushing.ago(9s), stop}}), 8, no_limit);
  CHECK(flushing.run({"--list"}) == 0);
  const std::string to = "http://loki.example.com/loki/api/v1/push\n";
  CHECK(flushing.process.out() ==
        "AGE   ATTEMPTS  EVENT               DESTINATION\n"
        "9s    trying    runner_stop         " +
            to + "3s    3         runner_start        " + to +
            "2s    3         runner_stop         " + to + "1s    3         runner_start        " +
            to + "\n4 entries, " + room_text(flushing.scratch.bytes(), 16UL << 20U) + '\n');
  CHECK(flushing.run({"--list", "--event", "runner-stop"}) == 0);
  const std::string text = flushing.process.out();
  CHECK(std::ranges::count(text, '\n') == 5);
  CHECK(text.find("\n\n2 entries, ") != std::string::npos);
  CHECK(text.ends_with(" bytes of 16 MiB\n"));
  CHECK(flushing.pushes == 0);
}

TEST_CASE("a spool that is named and missing is 66, and is not made") {
  const ScratchSpool scratch;
  const InProcess process;
  for (const char* const task : {"--list", "--verbose"}) {
    CHECK(process.run({"flush", task, "--spool", scratch.path.string()}) == 66);
    CHECK(process.err() == "metrics-event: error: the spool \"" + scratch.path.string() +
                               "\" does not exist; name one that does with --spool\n");
  }
  CHECK_FALSE(fs::exists(scratch.path));
}

namespace {

// Takes 40 seconds for each push, and remembers until when each may take.
struct Slow {
  Flushing flushing;
  Deadline start = flushing.clock.time;
  std::vector<Deadline> ends{};

  explicit Slow(int destinations) {
    for (int i = 0; i < destinations; ++i) {
      SpoolRecord record = flushing.mixed();
      record.destination.org_id = std::to_string(i);
      flushing.spool.add(encode(record), 0, static_cast<std::uint64_t>(i), no_limit);
    }
    flushing.process.transport = [this](const Request&, Deadline end) {
      ends.push_back(end);
      flushing.clock.time += 40s;
      return Reply{.status = 204};
    };
  }
};

} // namespace

TEST_CASE("a flush that waits ends with its time, also in the middle of what it finds") {
  Slow slow{3};
  CHECK(slow.flushing.run({"--wait", "60s", "--timeout", "50s"}) == 75);
  CHECK(slow.flushing.process.out() == "delivered 6, refused 0, left 3\n");
  CHECK(slow.ends == std::vector<Deadline>{slow.start + 50s, slow.start + 60s});
}

TEST_CASE("a flush that does not wait gives each push its time") {
  Slow slow{3};
  CHECK(slow.flushing.run({"--timeout", "50s"}) == 0);
  CHECK(slow.ends == std::vector<Deadline>{slow.start + 50s, slow.start + 90s, slow.start + 130s});
}

TEST_CASE("the drain after an event has what is left of the event's time") {
  for (const auto timeout : {50s, 30s}) {
    CAPTURE(timeout.count());
    Slow slow{1};
    CHECK(slow.flushing.process.run({"send", "x", "--url", "http://loki.example.com", "--org-id",
                                     "0", "--timeout", std::to_string(timeout.count()) + "s",
                                     "--spool", slow.flushing.scratch.path.string()},
                                    slow.flushing.clock) == 0);
    CHECK(slow.ends == std::vector<Deadline>(timeout == 50s ? 2 : 1, slow.start + timeout));
    CHECK(slow.flushing.scratch.files("new").size() == (timeout == 50s ? 0 : 1));
  }
}

TEST_CASE("a flush that cannot delete what it has delivered does not end well") {
  Flushing flushing;
  flushing.spool.add(encode(flushing.mixed()), 0, 7, no_limit);
  const fs::path file = flushing.scratch.path / "new" / flushing.scratch.files("new").front();
  flushing.process.transport = [&](const Request&, Deadline) {
    fs::remove(file);
    fs::create_directories(file / "in the way");
    return Reply{.status = 204};
  };
  CHECK(flushing.run({}) == 73);
  CHECK(flushing.process.out() == "delivered 0, refused 0, left 3\n");
  CHECK(flushing.process.err().find("it was delivered, and the receiver is asked for it") !=
        std::string::npos);
}

TEST_SUITE_END();
