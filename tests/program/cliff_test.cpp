// Every system call is a cliff: the program is killed at each one that it makes, and each one that
// can fail fails, once each. Whatever happens, an event that was acknowledged arrives once.
#include "base/exit_code.hpp"
#include "loki/endpoint.hpp"
#include "loki/push.hpp"
#include "net/http_transport.hpp"
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
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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
    {"ftruncate", {"error=EIO", "error=ENOSPC", "error=EINTR"}},
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
    {"prctl", {}},
    {"pread64", {"error=EIO", "error=EINTR"}},
    {"prlimit64", {}},
    {"pwrite64", {"error=EIO", "error=ENOSPC", "error=EINTR", "error=ENOMEM"}},
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

// What the receiver makes of an entry, and who keeps it.
enum class Kind {
  welcome,
  unwanted, // is refused, because it is too long
  old,      // is refused until its entry time is another one
  orphaned, // was stored; its sender was killed before it read the answer
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
  bool is_one_record = false;  // these are one record instead of one each
  std::size_t width = 10;      // of the flavors of these
  bool miscounts = false;      // the counter of the spool is damaged
  bool is_closed = false;      // nobody listens until later
  bool takes_gzip = true;      // the receiver
  int busy = 0;                // so many pushes the receiver is too busy for
  bool waits_for_keep = false; // it answers a push when the event is in trying/
  int retries = 0;
  std::string begins{}; // the first call that is tried, and the first behind it that is not; the
  std::string ends{};   // others are as in another scenario
  bool tries_one_error = false; // at each call, because each of its points waits for the receiver
  std::size_t points;           // so many at least are tried
};

// An event that is kept while its sender waits is there soon after 150 ms. A fault may prevent
// that, so its receiver answers at this time at the latest.
constexpr auto patience = 500ms;

// A machine on which a scenario takes place.
class Machine {
public:
  // The receiver waits no longer than `longest_wait` for an event that is to be kept.
  Machine(const Scenario& scenario, std::chrono::milliseconds longest_wait)
      : takes_gzip_{scenario.takes_gzip}, conducts_{conducts_of(scenario, longest_wait)} {
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
    if (!stored_.empty()) {
      const std::string body = push_body(stored_);
      const Route route{.endpoint = *parse_endpoint(url_ + "/loki/api/v1/push"),
                        .connect_timeout = 1s};
      const Deadline deadline = std::chrono::steady_clock::now() + 1s;
      REQUIRE(http_transport()(push_request(route, "", body), deadline).status == 204);
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
    invocation.environment["METRICS_EVENT_RETRIES"] = std::to_string(scenario.retries);
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

  // From now on the receiver behaves.
  void open() {
    conducts_.clear();
    if (closed_) {
      listen(*std::exchange(closed_, std::nullopt));
    } else {
      receiver_->script_pushes({});
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

  // The lines of the records in a directory of the spool; "" for what is no record.
  Words lines_in(const std::string& box) const {
    Words lines;
    std::error_code missing;
    for (const auto& file : fs::directory_iterator{spool_ / box, missing}) {
      if (file.path().extension() != ".reason") {
        const auto record = decode_record(read_file(file.path()));
        const auto entries = record ? record->entries : std::vector<TimedLine>(1);
        std::ranges::transform(entries, std::back_inserter(lines), &TimedLine::line);
      }
    }
    return lines;
  }

  // The lines that a flush would find. A sender that cannot move its record leaves it in trying/.
  Words kept_lines() const {
    Words lines = lines_in("new");
    std::ranges::move(lines_in("trying"), std::back_inserter(lines));
    return lines;
  }

  bool is_kept_early() const {
    std::error_code missing;
    return fs::directory_iterator{spool_ / "trying", missing} != fs::directory_iterator{};
  }

  bool has_spool() const { return fs::exists(spool_); }

  std::uintmax_t waiting_bytes() const {
    std::uintmax_t bytes = 0;
    for (const char* const box : {"new", "trying"}) {
      std::error_code missing;
      for (const auto& file : fs::directory_iterator{spool_ / box, missing}) {
        bytes += file.file_size();
      }
    }
    return bytes;
  }

  // What the counter says of them; nothing when they have to be counted for real.
  std::optional<std::uintmax_t> counted_bytes() const {
    constexpr std::size_t digits = 40; // and the oldest time
    const std::string text = fs::exists(spool_ / "size") ? read_file(spool_ / "size") : "";
    const bool is_number = text.find_first_not_of("0123456789") == std::string::npos;
    return text.size() == digits && is_number
               ? std::optional{std::stoull(text.substr(0, digits / 2))}
               : std::nullopt;
  }

private:
  std::vector<Conduct> conducts_of(const Scenario& scenario,
                                   std::chrono::milliseconds longest_wait) const {
    std::vector<Conduct> conducts(static_cast<std::size_t>(scenario.busy),
                                  {.status = 429, .stores = false});
    if (scenario.waits_for_keep) {
      conducts.push_back({.delay = longest_wait, .until = [this] { return is_kept_early(); }});
    }
    if (!conducts.empty()) {
      conducts.emplace_back(); // for those that follow
    }
    return conducts;
  }

  void fill(const Scenario& scenario) {
    const Spool spool = Spool::make(spool_);
    std::uint64_t id = 0;
    std::optional<SpoolRecord> together;
    for (const Kind kind : scenario.waiting) {
      std::string flavor = (kind == Kind::unwanted ? "unwanted" : "w") + std::to_string(id);
      const std::size_t width = kind == Kind::unwanted ? longest_line : scenario.width;
      flavor.resize(std::max(flavor.size(), width), 'x');
      waiting_.push_back(line_of(flavor));
      const Instant time = kind == Kind::old ? old_time : recent_time;
      const Entry entry{.labels = {{"job", "metrics"}},
                        .time = time + std::chrono::nanoseconds{id},
                        .line = waiting_.back()};
      SpoolRecord record = record_for({url_ + "/loki/api/v1/push", ""}, entry);
      record.entries.push_back({entry.time, entry.line});
      if (scenario.is_one_record) {
        together = together.value_or(record_for(record.destination, entry));
        together->entries.push_back(record.entries.front());
      } else if (kind == Kind::orphaned) {
        spool.hold(record, id, room); // nobody holds it any longer
        stored_.push_back(entry);
      } else {
        spool.add(encode(record), 1, id, room);
      }
      id += 1;
    }
    if (together) {
      spool.add(encode(*together), 1, id, room);
    }
    if (scenario.miscounts) {
      write_file(spool_ / "size", "a few");
    }
  }

  void listen(ClosedPort port) {
    receiver_.emplace(std::move(port),
                      ReceiverScript{.store = {.block = 0, .longest_line = longest_line},
                                     .pushes = conducts_,
                                     .takes_gzip = takes_gzip_});
  }

  static constexpr std::size_t longest_line = 1000; // of the receiver, in bytes
  static constexpr std::uint64_t room = 1'000'000;  // of the spool, in bytes

  const TemporaryDirectory directory_ = TemporaryDirectory::in_memory();
  const fs::path spool_ = directory_.path() / "spool";
  std::string url_;
  Words waiting_;
  std::vector<Entry> stored_; // the receiver has them
  bool takes_gzip_;
  std::vector<Conduct> conducts_; // for the pushes of the receiver
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

// The counter of the bytes that wait is never too low, or more could be kept than is allowed.
void check_size(const Machine& machine) {
  CHECK(machine.counted_bytes().value_or(machine.waiting_bytes()) >= machine.waiting_bytes());
}

// What the program said of its own events is true.
void check_claims(const Scenario& scenario, const Machine& machine, const Outcome& outcome) {
  const Words all_kept = machine.kept_lines();
  const auto arrived = std::ranges::count_if(
      scenario.own, [&](const std::string& line) { return machine.count(line) == 1; });
  const auto kept = std::ranges::count_if(
      scenario.own, [&](const std::string& line) { return contains(all_kept, line); });
  CHECK((scenario.own.empty() || told(outcome, "delivered") <= arrived));
  CHECK((scenario.own.empty() || told(outcome, "spooled") <= kept));
  for (const std::string& line : scenario.own) {
    const bool has_arrived = machine.count(line) == 1;
    CHECK((outcome.status != 0 || has_arrived || contains(all_kept, line)));
    CHECK((!says(outcome, "delivered") || has_arrived));
    CHECK((!says(outcome, "spooled") || contains(all_kept, line)));
  }
  CHECK((outcome.status != 0 || !scenario.own.empty() || all_kept.empty())); // a flush that is done
  check_size(machine);
}

// A flush that nothing disturbs puts everything right.
void check_flush(const Scenario& scenario, Machine& machine, bool is_acknowledged) {
  const Words kept = machine.kept_lines();
  machine.open();
  const Outcome flush = run(plain_program, machine.invocation(Words{"flush"}));
  machine.close();
  CAPTURE(flush.err);
  CHECK((flush.status == 0 || flush.status == refused_an_event ||
         (flush.status == static_cast<int>(ExitCode::noinput) && !machine.has_spool())));
  CHECK(machine.kept_lines().empty());
  check_size(machine);

  Words refused = machine.lines_in("refused");
  for (const std::string& line : machine.waiting()) {
    CHECK(machine.count(line) == (is_unwanted(line) ? 0 : 1));
    CHECK(std::ranges::count(refused, line) == (is_unwanted(line) ? 1 : 0));
    std::erase(refused, line);
  }
  CHECK(refused.empty());
  for (const std::string& line : scenario.own) {
    CHECK(machine.count(line) <= 1);
    CHECK((!(is_acknowledged || contains(kept, line)) || machine.count(line) == 1));
  }
  for (const std::string& line : machine.lines()) {
    CAPTURE(line);
    CHECK((contains(machine.waiting(), line) || contains(scenario.own, line)));
  }
}

// False when the program did not come to that point.
bool try_point(const Scenario& scenario, const Point& point) {
  CAPTURE(point.fault.call);
  CAPTURE(point.fault.occurrence);
  CAPTURE(point.fault.effect);
  Machine machine{scenario, patience};
  const FaultyRun faulty = run_with(point.fault, plain_program, machine.invocation(scenario));
  const Outcome& outcome = faulty.outcome;
  CAPTURE(outcome.out);
  CAPTURE(outcome.err);
  CAPTURE(outcome.status);
  CHECK(outcome.err.find("[killed: still running") == std::string::npos);
  CHECK((!faulty.was_hit || is_plausible(outcome.status, point)));
  check_claims(scenario, machine, outcome);
  // A record and its directory, and before them a spool that is new and its parent; which they are,
  // durability_test looks at.
  const std::ptrdiff_t fewest_syncs = scenario.waiting.empty() ? 4 : 2;
  CHECK((outcome.status != 0 || !says(outcome, "spooled") || faulty.syncs >= fewest_syncs));
  check_flush(scenario, machine, outcome.status == 0);
  return faulty.was_hit;
}

// All points of a scenario where a program that makes these calls can meet a fault.
std::vector<Point> points_of(const Words& calls, const Scenario& scenario) {
  std::vector<Point> points;
  std::map<std::string, int> counts;
  bool is_in_loader = true;
  bool has_begun = scenario.begins.empty();
  for (const std::string& call : calls) {
    CAPTURE(call);
    has_begun = has_begun || call == scenario.begins;
    if (has_begun && call == scenario.ends) {
      break;
    }
    is_in_loader = is_in_loader && call != first_of_main;
    const auto effects = failures.find(call);
    REQUIRE(effects != failures.end()); // a call that is new here needs a row
    const int occurrence = ++counts[call];
    if (!has_begun) {
      continue;
    }
    points.push_back({{call, occurrence, killed}, is_in_loader});
    for (const std::string& effect : effects->second) {
      points.push_back({{call, occurrence, effect}, is_in_loader});
      if (scenario.tries_one_error) {
        break;
      }
    }
  }
  return points;
}

void try_every_call(const Scenario& scenario) {
  REQUIRE(fs::exists(plain_program));
  Outcome undisturbed;
  const Machine machine{scenario, 20s};
  const auto calls = calls_of(plain_program, machine.invocation(scenario), undisturbed);
  if (!calls) {
    MESSAGE("SKIPPED: no program can be traced here: ", undisturbed.err);
    return;
  }
  CHECK((undisturbed.status == 0 || undisturbed.status == refused_an_event));
  std::size_t tried = 0;
  const std::vector<Point> points = points_of(*calls, scenario);
  for (const Point& point : points) {
    tried += try_point(scenario, point) ? 1U : 0U;
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
  try_every_call({.command = send_event, .own = its_line, .is_closed = true, .points = 345});
}

TEST_CASE("every call: an event that joins another one in the spool") {
  try_every_call({.command = send_event,
                  .own = its_line,
                  .waiting = {Kind::welcome},
                  .is_closed = true,
                  .points = 210});
}

TEST_CASE("every call: an event that joins a spool whose counter is damaged") {
  try_every_call({.command = send_event,
                  .own = its_line,
                  .waiting = {Kind::welcome},
                  .miscounts = true,
                  .is_closed = true,
                  .tries_one_error = true,
                  .points = 117});
}

TEST_CASE("every call: an event that is kept while its receiver hesitates, and delivered") {
  try_every_call({.command = send_event,
                  .own = its_line,
                  .waiting = {Kind::welcome},
                  .waits_for_keep = true,
                  .begins = "sendmsg",
                  .ends = "socket",
                  .tries_one_error = true,
                  .points = 121});
}

TEST_CASE("every call: an event that is kept before a pause, and delivered") {
  try_every_call({.command = send_event,
                  .own = its_line,
                  .busy = 1,
                  .retries = 1,
                  .begins = "sendmsg",
                  .tries_one_error = true,
                  .points = 184});
}

TEST_CASE("every call: an event that is kept before a pause, and given up") {
  try_every_call({.command = send_event,
                  .own = its_line,
                  .is_closed = true,
                  .retries = 1,
                  .tries_one_error = true,
                  .points = 159});
}

TEST_CASE("every call: an event that is delivered and drains the spool after it") {
  try_every_call({.command = send_event,
                  .own = its_line,
                  .waiting = {Kind::welcome, Kind::welcome},
                  .begins = first_of_main,
                  .points = 225});
}

TEST_CASE("every call: a flush of several entries, compressed") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::welcome, Kind::welcome, Kind::welcome},
                  .width = 400,
                  .begins = first_of_main,
                  .points = 385});
}

TEST_CASE("every call: a flush of which one entry is refused") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::unwanted, Kind::welcome},
                  .begins = first_of_main,
                  .points = 435});
}

TEST_CASE("every call: a flush of which one entry is too old") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::old, Kind::welcome},
                  .begins = first_of_main,
                  .points = 490});
}

TEST_CASE("every call: a flush that takes over from a sender that was killed") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::orphaned, Kind::welcome},
                  .begins = "flock",
                  .ends = "socket",
                  .tries_one_error = true,
                  .points = 142});
}

TEST_CASE("every call: a flush of one record that is delivered whole") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::welcome, Kind::welcome, Kind::welcome},
                  .is_one_record = true,
                  .begins = "sendmsg",
                  .tries_one_error = true,
                  .points = 56});
}

TEST_CASE("every call: a flush of one record of which one entry is refused") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::welcome, Kind::unwanted, Kind::welcome},
                  .is_one_record = true,
                  .begins = "recvfrom",
                  .tries_one_error = true,
                  .points = 107});
}

TEST_CASE("every call: a flush of one record of which some entries are too old") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::old, Kind::old, Kind::welcome},
                  .is_one_record = true,
                  .begins = "recvfrom",
                  .tries_one_error = true,
                  .points = 136});
}

TEST_CASE("every call: a flush to a receiver that takes nothing compressed") {
  try_every_call({.command = {"flush"},
                  .waiting = {Kind::welcome, Kind::welcome, Kind::welcome},
                  .width = 400,
                  .takes_gzip = false,
                  .begins = first_of_main,
                  .points = 400});
}

TEST_CASE("every call: a batch of a file that is delivered") {
  try_every_call({.command = send_lines,
                  .input = their_input,
                  .is_file = true,
                  .own = two_lines,
                  .points = 160});
}

TEST_CASE("every call: a batch of a pipe that goes into the spool") {
  try_every_call({.command = send_lines,
                  .input = their_input,
                  .own = two_lines,
                  .is_closed = true,
                  .points = 360});
}

TEST_SUITE_END();
