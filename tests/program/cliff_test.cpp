// Every system call is a cliff: the program is killed at each one that it makes, and each one that
// can fail fails, once each. Whatever happens, an event that was acknowledged arrives once.
#include "base/exit_code.hpp"
#include "spool/spool.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/storing_receiver.hpp"
#include "support/strace.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::literals;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

// How each call that the program makes can fail. Those without a word are only killed at: they
// cannot fail for such a reason, or not in the way that they are called here.
const std::map<std::string, Words> failures{
    {"access", {"error=EIO", "error=ENOMEM"}},
    {"arch_prctl", {}},
    {"brk", {"retval=0"}}, // how it says ENOMEM
    {"close", {"error=EIO", "error=ENOSPC", "error=EINTR"}},
    {"connect", {"error=EINTR", "error=ENOMEM"}},
    {"epoll_create1", {"error=EMFILE", "error=ENOMEM"}},
    {"epoll_ctl", {"error=ENOSPC", "error=ENOMEM"}},
    {"epoll_wait", {"error=EINTR"}},
    {"eventfd2", {"error=EMFILE", "error=ENOMEM"}},
    {"exit_group", {}},
    {"faccessat", {"error=EIO", "error=EINTR", "error=ENOMEM"}},
    {"faccessat2", {"error=EIO", "error=EINTR", "error=ENOMEM"}},
    {"fcntl", {}},
    {"flock", {"error=EIO", "error=EINTR", "error=ENOMEM"}},
    {"fsync", {"error=EIO", "error=ENOSPC", "error=EINTR", "error=ENOMEM"}},
    {"futex", {}},
    {"getdents64", {"error=EIO", "error=ENOMEM"}},
    {"geteuid", {}},
    {"getrandom", {"error=EINTR"}},
    {"getsockopt", {}},
    {"ioctl", {"error=EIO", "error=ENOMEM"}},
    {"lseek", {"error=EIO"}},
    {"mkdir", {"error=EIO", "error=ENOSPC", "error=EINTR", "error=ENOMEM"}},
    {"mkdirat", {"error=EIO", "error=ENOSPC", "error=EINTR", "error=ENOMEM"}},
    {"mmap", {"error=ENOMEM"}},
    {"mprotect", {"error=ENOMEM"}},
    {"munmap", {"error=ENOMEM"}},
    {"newfstatat", {"error=EIO", "error=EINTR", "error=ENOMEM"}},
    {"openat", {"error=EIO", "error=ENOSPC", "error=EINTR", "error=EMFILE", "error=ENOMEM"}},
    {"poll", {"error=EINTR", "error=ENOMEM"}},
    {"pread64", {"error=EIO", "error=EINTR"}},
    {"prlimit64", {}},
    {"read", {"error=EIO", "error=EINTR", "error=ENOMEM"}},
    {"recvfrom", {"error=EINTR", "error=ENOMEM"}},
    {"renameat", {"error=EIO", "error=ENOSPC", "error=EINTR", "error=ENOMEM"}},
    {"rseq", {}},
    {"rt_sigaction", {}},
    {"sendmsg", {"error=EINTR", "error=ENOMEM"}},
    {"set_robust_list", {}},
    {"set_tid_address", {}},
    {"shutdown", {}},
    {"socket", {"error=EMFILE", "error=ENOMEM"}},
    {"timerfd_create", {"error=EMFILE", "error=ENOMEM"}},
    {"timerfd_settime", {}},
    {"umask", {}},
    {"unlinkat", {"error=EIO", "error=ENOSPC", "error=EINTR", "error=ENOMEM"}},
    {"write", {"error=EIO", "error=ENOSPC", "error=EINTR", "error=ENOMEM"}},
};

const std::string killed = "signal=SIGKILL";
constexpr int loader_failed = 127; // the status when a library cannot be loaded
constexpr int refused_an_event = static_cast<int>(ExitCode::data);
const std::string first_of_main = "rt_sigaction";

struct Point {
  Fault fault;
  bool is_in_loader; // before main()
};

// What the receiver makes of an entry.
enum class Kind {
  welcome,
  unwanted, // is refused, because it is too long
  old,      // is refused until its entry time is another one
};

const Instant recent_time = std::chrono::system_clock::now() - 1min; // Loki returns it at once
const Instant old_time = recent_time - 192h;

std::string line_of(const std::string& flavor) {
  return R"({"timestamp":1700000000,"event":"runner_installed","flavor":")" + flavor +
         R"(","duration":1})";
}

bool is_unwanted(const std::string& line) {
  return line.find("unwanted") != std::string::npos;
}

struct Scenario {
  Words command;               // what runs, without what all have
  std::string input{};         // which it reads from stdin
  bool is_file = false;        // it reads that from a file, which is its last argument
  Words own{};                 // the lines of its own events
  std::vector<Kind> waiting{}; // in the spool before; nothing: there is no spool
  std::size_t width = 10;      // of the flavors of these
  bool is_closed = false;      // nobody listens until later
  bool takes_gzip = true;      // the receiver
  std::size_t points;          // so many at least are tried
};

// A machine on which a scenario takes place.
class Machine {
public:
  explicit Machine(const Scenario& scenario) : takes_gzip_{scenario.takes_gzip} {
    ClosedPort port;
    url_ = "http://127.0.0.1:" + std::to_string(port.port());
    if (!scenario.waiting.empty()) {
      fill(scenario);
    }
    if (scenario.is_closed) {
      closed_.emplace(std::move(port));
    } else {
      listen(std::move(port));
    }
  }

  // A connection whose readiness goes unnoticed for a fault is waited for, but not long.
  Invocation invocation(const Scenario& scenario) const {
    Words command = scenario.command;
    if (scenario.is_file) {
      command.push_back(directory_.path() / "input");
      write_file(command.back(), scenario.input);
    }
    Invocation invocation = this->invocation(std::move(command));
    invocation.environment["METRICS_EVENT_CONNECT_TIMEOUT"] = "200ms";
    invocation.input = scenario.is_file ? "" : scenario.input;
    return invocation;
  }

  Invocation invocation(Words command) const {
    for (const std::string& word :
         {"--config"s, "none"s, "--timeout"s, "1h"s, "--spool"s, spool_.string(), "--url"s, url_}) {
      command.push_back(word);
    }
    return {.arguments = std::move(command), .environment = {one_attempt}};
  }

  void open() {
    if (closed_) {
      listen(*std::exchange(closed_, std::nullopt));
    }
  }

  // From now on nothing arrives any more.
  void close() {
    receiver_->await_quiet();
    copies_ = receiver_->copies();
    receiver_.reset();
  }

  // How often the receiver has a line. It recognises no repetition.
  std::ptrdiff_t count(const std::string& line) const {
    std::ptrdiff_t count = 0;
    for (const auto& copy : receiver_ ? receiver_->copies() : copies_) {
      count += copy.first.line == line ? static_cast<std::ptrdiff_t>(copy.second) : 0;
    }
    return count;
  }

  // The lines that it has.
  std::set<std::string> lines() const {
    std::set<std::string> lines;
    for (const auto& copy : receiver_ ? receiver_->copies() : copies_) {
      lines.insert(copy.first.line);
    }
    return lines;
  }

  const Words& waiting() const { return waiting_; }

  // The lines of the files in a directory of the spool; "" for what is no entry.
  Words lines_in(const std::string& box) const {
    Words lines;
    std::error_code missing;
    for (const auto& file : fs::directory_iterator{spool_ / box, missing}) {
      if (file.path().extension() != ".reason") {
        const auto record = decode_record(read_file(file.path()));
        lines.push_back(record ? record->entry.line : "");
      }
    }
    return lines;
  }

private:
  void fill(const Scenario& scenario) {
    Spool spool = Spool::make(spool_);
    std::uint64_t id = 0;
    for (const Kind kind : scenario.waiting) {
      std::string flavor = (kind == Kind::unwanted ? "unwanted" : "w") + std::to_string(id);
      constexpr std::size_t too_long = 262144;
      const std::size_t width = kind == Kind::unwanted ? too_long : scenario.width;
      flavor.resize(std::max(flavor.size(), width), 'x');
      waiting_.push_back(line_of(flavor));
      const Instant time = kind == Kind::old ? old_time : recent_time;
      const Entry entry{.labels = {{"job", "metrics"}},
                        .time = time + std::chrono::nanoseconds{id},
                        .line = waiting_.back()};
      spool.add({{url_ + "/loki/api/v1/push", ""}, entry}, 1, id, 1'000'000);
      id += 1;
    }
  }

  void listen(ClosedPort port) {
    receiver_.emplace(std::move(port),
                      ReceiverScript{.store = {.block = 0}, .takes_gzip = takes_gzip_});
  }

  const TemporaryDirectory directory_ = TemporaryDirectory::in_memory();
  const fs::path spool_ = directory_.path() / "spool";
  std::string url_;
  Words waiting_;
  bool takes_gzip_;
  std::optional<ClosedPort> closed_;
  std::optional<StoringReceiver> receiver_;
  std::map<StoredEntry, std::size_t> copies_; // what it had when it was closed
};

bool contains(const Words& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

bool says(const Outcome& outcome, const std::string& status) {
  return outcome.out.find(R"("status":")" + status + '"') != std::string::npos;
}

// How many entries it says to be `delivered` or `spooled`.
std::ptrdiff_t told(const Outcome& outcome, const std::string& what) {
  const std::string key = '"' + what + "\":";
  const std::size_t at = outcome.out.find(key);
  return at == std::string::npos ? 0 : std::stol(outcome.out.substr(at + key.size()));
}

// The command line and the configuration are right, and a fault is no bug: only a kill, or what
// befalls the loader, may lead to another status than those of trouble.
bool is_plausible(int status, const Point& point) {
  if (point.fault.effect == killed) {
    return status == 128 + SIGKILL;
  }
  if (point.is_in_loader && (status == loader_failed || status == 128 + SIGSEGV)) {
    return true;
  }
  return std::ranges::any_of(exit_code_table(), [status](const ExitCodeRow& row) {
    return static_cast<int>(row.code) == status && row.code != ExitCode::usage &&
           row.code != ExitCode::config && row.code != ExitCode::software;
  });
}

// What the program said of its own events is true.
void check_claims(const Scenario& scenario, const Machine& machine, const Outcome& outcome) {
  const Words in_new = machine.lines_in("new");
  const auto arrived = std::ranges::count_if(
      scenario.own, [&](const std::string& line) { return machine.count(line) == 1; });
  const auto kept = std::ranges::count_if(
      scenario.own, [&](const std::string& line) { return contains(in_new, line); });
  CHECK((scenario.own.empty() || told(outcome, "delivered") <= arrived));
  CHECK((scenario.own.empty() || told(outcome, "spooled") <= kept));
  for (const std::string& line : scenario.own) {
    const bool has_arrived = machine.count(line) == 1;
    CHECK((outcome.status != 0 || has_arrived || contains(in_new, line)));
    CHECK((!says(outcome, "delivered") || has_arrived));
    CHECK((!says(outcome, "spooled") || contains(in_new, line)));
  }
  CHECK((outcome.status != 0 || !scenario.own.empty() || in_new.empty())); // a flush that is done
}

// A flush that nothing disturbs puts everything right.
void check_flush(const Scenario& scenario, Machine& machine, bool is_acknowledged) {
  machine.open();
  const Outcome flush = run(plain_program, machine.invocation(Words{"flush"}));
  machine.close();
  CAPTURE(flush.err);
  CHECK((flush.status == 0 || flush.status == refused_an_event));
  CHECK(machine.lines_in("new").empty());

  Words refused = machine.lines_in("refused");
  for (const std::string& line : machine.waiting()) {
    CHECK(machine.count(line) == (is_unwanted(line) ? 0 : 1));
    CHECK(std::ranges::count(refused, line) == (is_unwanted(line) ? 1 : 0));
    std::erase(refused, line);
  }
  CHECK(refused.empty());
  for (const std::string& line : scenario.own) {
    CHECK(machine.count(line) <= 1);
    CHECK((!is_acknowledged || machine.count(line) == 1));
  }
  for (const std::string& line : machine.lines()) {
    CAPTURE(line);
    CHECK((contains(machine.waiting(), line) || contains(scenario.own, line)));
  }
}

// False when the program did not come to that point.
bool try_point(const Scenario& scenario, const Point& point, std::ptrdiff_t syncs_undisturbed) {
  CAPTURE(point.fault.call);
  CAPTURE(point.fault.occurrence);
  CAPTURE(point.fault.effect);
  Machine machine{scenario};
  const FaultyRun faulty = run_with(point.fault, plain_program, machine.invocation(scenario));
  const Outcome& outcome = faulty.outcome;
  CAPTURE(outcome.out);
  CAPTURE(outcome.err);
  CAPTURE(outcome.status);
  CHECK(outcome.err.find("[killed: still running") == std::string::npos);
  CHECK((!faulty.was_hit || is_plausible(outcome.status, point)));
  check_claims(scenario, machine, outcome);
  CHECK((outcome.status != 0 || !says(outcome, "spooled") || faulty.syncs >= syncs_undisturbed));
  check_flush(scenario, machine, outcome.status == 0);
  return faulty.was_hit;
}

// All points where a program that makes these calls can meet a fault.
std::vector<Point> points_of(const Words& calls) {
  std::vector<Point> points;
  std::map<std::string, int> counts;
  bool is_in_loader = true;
  for (const std::string& call : calls) {
    CAPTURE(call);
    is_in_loader = is_in_loader && call != first_of_main;
    const auto effects = failures.find(call);
    REQUIRE(effects != failures.end()); // a call that is new here needs a row
    const int occurrence = ++counts[call];
    points.push_back({{call, occurrence, killed}, is_in_loader});
    for (const std::string& effect : effects->second) {
      points.push_back({{call, occurrence, effect}, is_in_loader});
    }
  }
  return points;
}

void try_every_call(const Scenario& scenario) {
  REQUIRE(fs::exists(plain_program));
  Outcome undisturbed;
  const Machine machine{scenario};
  const auto calls = calls_of(plain_program, machine.invocation(scenario), undisturbed);
  if (!calls) {
    MESSAGE("SKIPPED: no program can be traced here: ", undisturbed.err);
    return;
  }
  CHECK((undisturbed.status == 0 || undisturbed.status == refused_an_event));
  std::size_t tried = 0;
  const std::vector<Point> points = points_of(*calls);
  const std::ptrdiff_t syncs = std::ranges::count(*calls, "fsync");
  for (const Point& point : points) {
    tried += try_point(scenario, point, syncs) ? 1U : 0U;
  }
  MESSAGE("points tried: ", tried, " of ", points.size());
  CHECK(tried >= scenario.points);
}

const Words send_event{"runner-installed", "--flavor",   "own",      "--duration", "1",
                       "--timestamp",      "1700000000", "--output", "json"};
const Words its_line{line_of("own")};

const Words send_lines{"batch", "--quiet", "--output", "json"};
const Words two_lines{line_of("one"), line_of("two")};
const std::string their_input = two_lines[0] + '\n' + two_lines[1] + '\n';

} // namespace

TEST_SUITE_BEGIN("cliff");

TEST_CASE("every call: an event that makes the spool") {
  try_every_call({.command = send_event, .own = its_line, .is_closed = true, .points = 260});
}

TEST_CASE("every call: an event that joins another one in the spool") {
  try_every_call({.command = send_event,
                  .own = its_line,
                  .waiting = {Kind::welcome},
                  .is_closed = true,
                  .points = 190});
}

TEST_CASE("every call: an event that is delivered and drains the spool after it") {
  try_every_call({.command = send_event,
                  .own = its_line,
                  .waiting = {Kind::welcome, Kind::welcome},
                  .points = 225});
}

TEST_CASE("every call: a flush of several entries, compressed") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::welcome, Kind::welcome, Kind::welcome},
                  .width = 400,
                  .points = 385});
}

TEST_CASE("every call: a flush of which one entry is refused") {
  try_every_call({.command = {"flush"}, .waiting = {Kind::unwanted, Kind::welcome}, .points = 435});
}

TEST_CASE("every call: a flush of which one entry is too old") {
  try_every_call({.command = {"flush"}, .waiting = {Kind::old, Kind::welcome}, .points = 490});
}

TEST_CASE("every call: a flush to a receiver that takes nothing compressed") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::welcome, Kind::welcome, Kind::welcome},
                  .width = 400,
                  .takes_gzip = false,
                  .points = 400});
}

TEST_CASE("every call: a batch of a file that is delivered") {
  try_every_call({.command = send_lines,
                  .input = their_input,
                  .is_file = true,
                  .own = two_lines,
                  .points = 155});
}

TEST_CASE("every call: a batch of a pipe that goes into the spool") {
  try_every_call({.command = send_lines,
                  .input = their_input,
                  .own = two_lines,
                  .is_closed = true,
                  .points = 320});
}

TEST_SUITE_END();
