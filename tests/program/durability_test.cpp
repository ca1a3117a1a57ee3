// What the program says to be kept survives a crash of the machine. A model forgets whatever the
// system calls of a run have not synchronised, so that each synchronisation that is missing shows.
#include "base/exit_code.hpp"
#include "spool/spool.hpp"
#include "support/another_user.hpp"
#include "support/durability.hpp"
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
#include <ctime>
#include <filesystem>
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

constexpr int is_killed = 128 + SIGKILL;
constexpr std::uint64_t room = 1'000'000;                         // of the spool, in bytes
const std::string timestamp = std::to_string(std::time(nullptr)); // of all events

// Each event has a word of its own, by which it is found in files and pushes. Who drops events by
// their name drops those whose word begins like that.
std::string line_of(const std::string& word) {
  return R"({"timestamp":)" + timestamp + R"(,"event":")" +
         (word.starts_with("unloved") ? "deployed"s : "runner_installed"s) + R"(","flavor":")" +
         word + R"(","duration":1})";
}

Words event(const std::string& word) {
  return {"runner-installed", "--flavor", word, "--duration", "1", "--timestamp", timestamp};
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += line_of("w" + std::to_string(i)) + '\n';
  }
  return text;
}

const Conduct refuses{.status = 400, .body = "no, thank you\n", .stores = false};
const Conduct is_down{.status = 503, .stores = false};
const Conduct is_busy{.status = 429, .stores = false};

// A record that waits.
struct Waiting {
  Words words;              // of its entries
  std::chrono::hours age{}; // of its first entry; the others are new
  Labels labels{{"job", "metrics"}};
};

enum class Place {
  named, // by --spool=DIR
  usual, // of a user who is not root; nothing of its path is there
};

// A machine with a spool, whose disk remembers over many runs what a crash would leave of it.
class Machine {
public:
  // The receiver is closed until it is opened. Without records that wait, there is no spool.
  explicit Machine(const std::vector<Waiting>& waiting = {}, Place place = Place::named)
      : place_{place} {
    ClosedPort port;
    url_ = "http://127.0.0.1:" + std::to_string(port.port());
    closed_.emplace(std::move(port));
    if (place == Place::named) {
      fs::create_directories(spool_.parent_path());
    }
    if (!waiting.empty()) {
      fill(waiting);
    }
    disk_.emplace(directory_.path());
  }

  void open(std::vector<Conduct> pushes = {}, std::vector<Conduct> queries = {}) {
    receiver_.emplace(*std::exchange(closed_, std::nullopt),
                      ReceiverScript{.store = {.block = 0},
                                     .pushes = std::move(pushes),
                                     .queries = std::move(queries)});
  }

  StoringReceiver& receiver() { return *receiver_; }
  CrashingDisk& disk() { return *disk_; }
  std::size_t pushes() const { return pushes_; }
  std::size_t pauses() const { return pauses_; }
  std::size_t syncs() const { return syncs_; }

  // Returns true when the last run has met its fault.
  bool was_hit() const { return was_hit_; }

  // Returns true when an event is kept while its delivery goes on.
  bool is_trying() const {
    std::error_code missing;
    return fs::directory_iterator{spool_ / "trying", missing} != fs::directory_iterator{};
  }

  // From now on an event, which is kept, must not be lost.
  void watch(const std::string& word) { words_.push_back(word); }

  // Runs the program and follows its system calls. Returns nothing where it cannot be traced.
  std::optional<Outcome> run(Words command, int retries = 0, const std::string& input = "",
                             const std::optional<Fault>& fault = {}) {
    const bool is_named = place_ == Place::named;
    const Words all{"--config",
                    "none",
                    "--output",
                    "json",
                    "--url",
                    url_,
                    is_named ? "--spool=" + spool_.string() : "--spool"};
    command.insert(command.end(), all.begin(), all.end());
    Invocation invocation{.arguments = command,
                          .environment = {{"METRICS_EVENT_RETRIES", std::to_string(retries)}},
                          .input = input};
    std::string starter = plain_program;
    if (!is_named) {
      invocation.environment["XDG_STATE_HOME"] = spool_.parent_path().parent_path();
      Start start = by_another_user(starter, std::move(invocation));
      starter = std::move(start.program);
      invocation = std::move(start.invocation);
    }
    pushes_ = pauses_ = syncs_ = 0;
    was_hit_ = false;
    Outcome outcome;
    const auto calls = described_calls_of(starter, invocation, outcome, fault);
    if (!calls || outcome.err.starts_with("unshare: ")) {
      MESSAGE("SKIPPED: no program can be traced here: ", outcome.err);
      return std::nullopt;
    }
    for (const SystemCall& call : *calls) {
      CAPTURE(call.name);
      CAPTURE((call.arguments.empty() ? "" : call.arguments.front().substr(0, 200)));
      look_at(call);
      disk_->replay(call);
      check_homes(call);
    }
    was_hit_ = was_hit_ || outcome.status == is_killed;
    return outcome;
  }

  // Returns the records that have a word in them.
  Words records_with(const std::string& word, const Words& boxes = {"new", "trying"}) const {
    Words records;
    for (const std::string& box : boxes) {
      for (const std::string& path : disk_->files_in(spool_ / box)) {
        if (disk_->text(path).find(word) != std::string::npos) {
          records.push_back(path);
        }
      }
    }
    return records;
  }

  // An event waits in a record, and in no other one, that survives a crash under its name.
  void check_kept(const std::string& word) const {
    CAPTURE(word);
    const Words records = records_with(word);
    CHECK(records.size() == 1);
    for (const std::string& record : records) {
      CAPTURE(record);
      CHECK(disk_->is_durable(record));
    }
  }

  // Returns true when an event waits, or is refused, after a crash.
  bool survives(const std::string& word) const { return has_record(disk_->after_crash(), word); }

  // The event that is kept before its sender pauses, or before it reads an answer.
  std::optional<std::string> kept_at_pause{};
  std::optional<std::string> kept_at_answer{};

private:
  void fill(const std::vector<Waiting>& waiting) {
    const Spool spool = Spool::make(spool_);
    Instant time = std::chrono::system_clock::now() - 1min;
    std::uint64_t id = 0;
    for (const Waiting& one : waiting) {
      SpoolRecord record{.destination = {url_ + "/loki/api/v1/push", ""}, .labels = one.labels};
      for (const std::string& word : one.words) {
        time += 1ms;
        record.entries.push_back(
            {word == one.words.front() ? time - one.age : time, line_of(word)});
        words_.push_back(word);
      }
      spool.add(encode(record), 1, id++, room);
    }
  }

  // What is true before a call of the program.
  void look_at(const SystemCall& call) {
    const auto argument = [&call](std::size_t index) {
      return index < call.arguments.size() ? call.arguments[index] : "";
    };
    const std::string text = call.name == "sendmsg" ? call.text() : "";
    if (call.name == "renameat" && argument(1).starts_with("\"tmp/")) {
      const std::string from = path_of_descriptor(argument(0)) + '/' + unquoted(argument(1));
      CHECK(disk_->has_durable_text(from));
    }
    if (text.starts_with("POST /loki/api/v1/push")) {
      pushes_ += 1;
      check_push(text);
    }
    if ((call.name == "poll" || call.name == "ppoll") &&
        argument(0).find("{fd=-1") != std::string::npos) {
      pauses_ += 1;
      check_early(kept_at_pause);
    }
    if (call.name == "recvfrom" && call.succeeded() && call.result != "0") {
      check_early(kept_at_answer);
    }
    syncs_ += call.name == "fsync" && call.succeeded() ? 1U : 0U;
    was_hit_ = was_hit_ || call.result.ends_with("(INJECTED)");
  }

  bool has_record(const std::map<std::string, std::string>& files, const std::string& word) const {
    return std::ranges::any_of(files, [&](const auto& file) {
      return file.first.starts_with(spool_.string() + '/') &&
             !file.first.starts_with((spool_ / "tmp").string()) &&
             !file.first.ends_with(".reason") && file.second.find(word) != std::string::npos;
    });
  }

  void check_early(const std::optional<std::string>& word) const {
    if (word) {
      CHECK(records_with(*word, {"trying"}).size() == 1);
      check_kept(*word);
    }
  }

  // Before spooled entries leave, the disk has their records, and `sending` names these.
  void check_push(const std::string& push) {
    pushed_.clear();
    const std::string sending = (spool_ / "sending").string();
    for (const std::string& word : words_) {
      if (push.find(word) == std::string::npos) {
        continue;
      }
      CAPTURE(word);
      pushed_.insert(word);
      check_kept(word);
      for (const std::string& record : records_with(word, {"new"})) {
        const std::string name = fs::path{record}.filename();
        CAPTURE(name);
        CHECK(disk_->is_durable(sending));
        CHECK(disk_->text(sending).find(name.substr(0, name.find(',')) + '\n') !=
              std::string::npos);
      }
    }
  }

  // An entry that waited has a record after a crash, until the receiver is known to have it.
  void check_homes(const SystemCall& call) {
    const std::string answer = call.name == "recvfrom" ? call.text() : "";
    if (answer.starts_with("HTTP/1.1 204")) {
      delivered_.insert(pushed_.begin(), pushed_.end());
    }
    const auto left = words_.empty() ? std::map<std::string, std::string>{} : disk_->after_crash();
    for (const std::string& word : words_) {
      if (answer.find(word) != std::string::npos) { // a query has found it
        delivered_.insert(word);
      }
      if (!has_record(left, word) && !delivered_.contains(word) && !word.starts_with("unloved")) {
        FAIL_CHECK("a crash loses the event " << word);
        delivered_.insert(word); // to be said once
      }
    }
  }

  const TemporaryDirectory directory_ = TemporaryDirectory::in_memory();
  const fs::path spool_ = directory_.path() / "state" / "metrics-event" / "spool";
  Place place_;
  std::string url_;
  std::optional<ClosedPort> closed_;
  std::optional<StoringReceiver> receiver_;
  std::optional<CrashingDisk> disk_;
  Words words_;                                     // of all that waited at the beginning
  std::set<std::string> pushed_;                    // words of the last push
  std::set<std::string> delivered_;                 // the program knows that
  std::size_t pushes_ = 0, pauses_ = 0, syncs_ = 0; // of the last run
  bool was_hit_ = false;
};

// Fails each synchronisation of an event that goes into the spool. Either it is kept, or it is
// reported as lost and does not arrive beside its repetition.
void check_losses(bool is_new, bool is_batch, int retries) {
  const Words command = is_batch ? Words{"batch", "--quiet"} : event("mine");
  const std::string input = is_batch ? line_of("mine") + '\n' : "";
  for (int occurrence = 1;; ++occurrence) {
    CAPTURE(occurrence);
    Machine machine{is_new ? std::vector<Waiting>{} : std::vector<Waiting>{{{"waiting"}}}};
    const auto first =
        machine.run(command, retries, input, Fault{"fsync", occurrence, "error=EIO"});
    if (!first) {
      return;
    }
    CAPTURE(first->err);
    const bool was_hit = machine.was_hit();
    const bool is_lost = first->status != 0;
    CHECK((was_hit || !is_lost));
    if (is_lost) {
      CHECK(first->status == static_cast<int>(ExitCode::cantcreat));
      CHECK(first->out.find(R"("spooled":0)") != std::string::npos);
    } else {
      CHECK(machine.survives("mine")); // in trying/ if it cannot be moved
    }
    const Instant again = std::chrono::system_clock::now();
    const auto second = is_lost ? machine.run(command, 0, input) : first;
    REQUIRE(second.has_value());
    CHECK(second->status == 0);
    machine.open();
    const auto flush = machine.run({"flush"});
    REQUIRE(flush.has_value());
    CHECK(flush->status == 0);
    machine.receiver().await_quiet();
    std::size_t copies = 0;
    for (const auto& [entry, count] : machine.receiver().copies()) {
      if (entry.line == line_of("mine")) {
        copies += count;
        CHECK((is_batch || (entry.time >= again) == is_lost)); // lines have times of their own
      }
    }
    CHECK(copies == 1);
    if (!was_hit) {
      break;
    }
  }
}

SystemCall call(const std::string& line) {
  const auto parsed = parse_call(line);
  REQUIRE(parsed.has_value());
  return *parsed;
}

} // namespace

TEST_SUITE_BEGIN("durability");

TEST_CASE("the model reads the system calls that strace writes") {
  const SystemCall opened =
      call(R"(12 openat(5</a>, "tmp/x, \"y\"", O_WRONLY|O_CREAT, 0600) = 6</a/tmp/x>)");
  CHECK(opened.name == "openat");
  CHECK(opened.arguments == Words{"5</a>", R"("tmp/x, \"y\"")", "O_WRONLY|O_CREAT", "0600"});
  CHECK(opened.result == "6</a/tmp/x>");
  CHECK(opened.succeeded());
  CHECK(path_of_descriptor(opened.result) == "/a/tmp/x");
  CHECK(unquoted(opened.arguments[1]) == "tmp/x, \"y\"");
  CHECK(unquoted(R"("a\nb"...)") == "a\nb");
  CHECK(call("3 sendmsg(4<socket:[1]>, {msg_name=NULL, msg_iov=[{iov_base=\"a)\", iov_len=2}]}, 0) "
             "= 2")
            .arguments.size() == 3);
  CHECK_FALSE(call("fsync(5</a>) = -1 EIO (Input/output error) (INJECTED)").succeeded());
  CHECK_FALSE(call("fsync(5</a>) = ?").succeeded());
  CHECK_FALSE(parse_call("12 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER} ---").has_value());
  CHECK_FALSE(parse_call("12 +++ exited with 0 +++").has_value());
}

TEST_CASE("the model forgets what was not synchronised") {
  const TemporaryDirectory directory;
  const std::string root = directory.path();
  const std::string file = root + "/new/one";
  CrashingDisk disk{root};
  const auto replay = [&](const std::string& line) {
    std::string there;
    for (const char c : line) {
      there += c == '@' ? root : std::string(1, c);
    }
    disk.replay(call(there));
  };
  replay(R"(mkdirat(3<@>, "tmp", 0700) = 0)");
  replay(R"(mkdirat(3<@>, "new", 0700) = 0)");
  replay(R"(openat(3<@>, "tmp/one", O_WRONLY|O_CREAT|O_EXCL, 0600) = 4<@/tmp/one>)");
  replay(R"(write(4<@/tmp/one>, "text\n", 5) = 5)");
  CHECK_FALSE(disk.has_durable_text(root + "/tmp/one"));
  replay("fsync(4<@/tmp/one>) = -1 EIO (Input/output error)");
  CHECK_FALSE(disk.has_durable_text(root + "/tmp/one"));
  replay("fsync(4<@/tmp/one>) = 0");
  CHECK(disk.has_durable_text(root + "/tmp/one"));
  replay(R"(renameat(3<@>, "tmp/one", 3<@>, "new/one") = 0)");
  CHECK(disk.text(file) == "text\n");
  CHECK(disk.files_in(root + "/new") == Words{file});
  CHECK_FALSE(disk.is_durable(file));
  replay("fsync(5<@/new>) = 0");
  CHECK_FALSE(disk.is_durable(file)); // new/ itself is lost
  CHECK(disk.after_crash().empty());
  replay("fsync(3<@>) = 0");
  CHECK(disk.is_durable(file));
  CHECK(disk.after_crash() == std::map<std::string, std::string>{{file, "text\n"}});

  replay(R"(renameat(3<@>, "new/one", 3<@>, "tmp/one") = 0)");
  CHECK(disk.after_crash().contains(file)); // the old name lasts
  CHECK_FALSE(disk.is_durable(root + "/tmp/one"));
  replay(R"(unlinkat(3<@>, "tmp/one", 0) = 0)");
  CHECK(disk.after_crash().empty());
}

TEST_CASE("an event that is in the spool survives a crash") {
  for (const bool is_new : {true, false}) {
    for (const int retries : {0, 1}) {
      CAPTURE(is_new);
      CAPTURE(retries);
      Machine machine{is_new ? std::vector<Waiting>{} : std::vector<Waiting>{{{"waiting"}}}};
      if (retries > 0) {
        machine.kept_at_pause = "mine";
      }
      const auto outcome = machine.run(event("mine"), retries);
      if (!outcome) {
        return;
      }
      CAPTURE(outcome->err);
      CHECK(outcome->status == 0);
      CHECK(machine.pauses() == static_cast<std::size_t>(retries));
      machine.check_kept("mine");
    }
  }
}

TEST_CASE("an event in the usual spool survives a crash, with all directories above it") {
  Machine machine{{}, Place::usual};
  const auto outcome = machine.run(event("mine"));
  if (outcome) {
    CAPTURE(outcome->err);
    CHECK(outcome->status == 0);
    machine.check_kept("mine");
  }
}

TEST_CASE("an event is kept before its sender reads an answer that comes late, or pauses") {
  for (const bool is_busy_first : {false, true}) {
    CAPTURE(is_busy_first);
    Machine machine;
    (is_busy_first ? machine.kept_at_pause : machine.kept_at_answer) = "mine";
    const Conduct hesitates{.delay = 10s, .until = [&machine] { return machine.is_trying(); }};
    machine.open(is_busy_first ? std::vector{is_busy, Conduct{}} : std::vector{hesitates});
    const auto outcome = machine.run(event("mine"), 1);
    if (!outcome) {
      return;
    }
    CAPTURE(outcome->err);
    CHECK(outcome->status == 0);
    CHECK(machine.pauses() == (is_busy_first ? 1 : 0));
    CHECK(machine.syncs() == 4);
    CHECK(machine.records_with("mine").empty());
  }
}

TEST_CASE("a batch in the spool survives a crash, and costs two synchronisations a push") {
  for (const bool is_new : {true, false}) {
    CAPTURE(is_new);
    Machine machine{is_new ? std::vector<Waiting>{} : std::vector<Waiting>{{{"waiting"}}}};
    const auto outcome = machine.run({"batch", "--quiet"}, 0, lines(2500));
    if (!outcome) {
      return;
    }
    CAPTURE(outcome->err);
    CHECK(outcome->status == 0);
    CHECK(machine.syncs() == (is_new ? 2U : 0U) + 3 * 2);
    CHECK(machine.records_with("flavor").size() == (is_new ? 0U : 1U) + 3);
    for (const char* const word : {"\"w0\\", "\"w999\\", "\"w1000\\", "\"w2499\\"}) {
      machine.check_kept(word);
    }
  }
}

TEST_CASE("a flush that divides a record keeps what is left of it through a crash") {
  Machine machine{{{{"spoilt", "left1", "left2"}}}};
  machine.open({refuses, refuses, is_down});
  const auto divided = machine.run({"flush"});
  if (!divided) {
    return;
  }
  CAPTURE(divided->err);
  CHECK(divided->status != 0);
  CHECK(machine.pushes() == 3);
  const Words refused = machine.records_with("spoilt", {"refused"});
  REQUIRE(refused.size() == 1);
  CHECK(machine.disk().is_durable(refused.front()));
  CHECK(machine.records_with("spoilt").empty());
  machine.check_kept("left1");
  machine.check_kept("left2");

  machine.receiver().script_pushes({});
  const auto delivered = machine.run({"flush"});
  REQUIRE(delivered.has_value());
  CHECK(delivered->status == 0);
  CHECK(machine.pushes() == 1);
  CHECK(machine.records_with("left").empty());
}

TEST_CASE("a flush that gives entries a new time has them on the disk before it sends them") {
  const std::vector<Waiting> spools[]{{{{"ancient", "new1", "new2"}, 192h}},
                                      {{{"ancient"}, 192h}, {{"new1", "new2"}}}};
  for (const std::vector<Waiting>& waiting : spools) {
    CAPTURE(waiting.size());
    Machine machine{waiting};
    machine.open();
    const auto outcome = machine.run({"flush"});
    if (!outcome) {
      return;
    }
    CAPTURE(outcome->err);
    CHECK(outcome->status == 0);
    CHECK(machine.pushes() == 2);
    machine.receiver().await_quiet();
    CHECK(machine.receiver().stored() == 3);
    CHECK(machine.records_with("flavor").empty());
  }
}

TEST_CASE("a flush names what it sends on the disk before each push, and what stays in doubt") {
  Machine machine{{{{"apple", "almond"}},
                   {{"banana"}, 0h, {{"job", "other"}}},
                   {{"cherry"}, 0h, {{"job", "x"}}}}};
  machine.open({Conduct{}, lost_answer, Conduct{}}, {is_down});
  const auto first = machine.run({"flush"});
  if (!first) {
    return;
  }
  CAPTURE(first->err);
  CHECK(first->status != 0);
  CHECK(machine.pushes() > 1);
  const auto second = machine.run({"flush"}); // it asks in vain, and writes anew what is in doubt
  REQUIRE(second.has_value());
  CHECK(second->status != 0);
  CHECK(machine.pushes() == 0);
  machine.receiver().script_pushes({});
  machine.receiver().script_queries({});
  const auto third = machine.run({"flush"});
  REQUIRE(third.has_value());
  CAPTURE(third->err);
  CHECK(third->status == 0);
  CHECK(machine.pushes() > 0);
  machine.receiver().await_quiet();
  CHECK(machine.receiver().stored() == 4);
  CHECK(machine.receiver().duplicates() == 0);
  CHECK(machine.records_with("flavor").empty());
}

TEST_CASE("what stays of a record after a drop survives a crash") {
  Machine machine{{{{"unloved1", "left1", "left2"}}}};
  const auto outcome = machine.run({"flush", "--drop", "--event", "deployed"});
  if (outcome) {
    CAPTURE(outcome->err);
    CHECK(outcome->status == 0);
    CHECK(machine.records_with("unloved").empty());
    machine.check_kept("left1");
    machine.check_kept("left2");
  }
}

TEST_CASE("an event of a sender that was killed survives a crash while a flush takes it over") {
  Machine machine;
  const Conduct hesitates{.status = 503,
                          .delay = 10s,
                          .until = [&machine] { return machine.is_trying(); },
                          .stores = false};
  machine.open({hesitates, {}});
  const auto killed = machine.run(event("mine"), 0, "", Fault{"recvfrom", 1, "signal=SIGKILL"});
  if (!killed) {
    return;
  }
  CHECK(killed->status == is_killed);
  CHECK(machine.records_with("mine", {"trying"}).size() == 1);
  machine.check_kept("mine");

  machine.watch("mine");
  const auto flush = machine.run({"flush"});
  REQUIRE(flush.has_value());
  CAPTURE(flush->err);
  CHECK(flush->status == 0);
  CHECK(machine.pushes() == 1);
  machine.receiver().await_quiet();
  CHECK(machine.receiver().stored() == 1);
  CHECK(machine.records_with("mine").empty());
}

TEST_CASE("a spool whose maker was killed, or could not synchronise, is made to last") {
  // Of the directories above a usual spool, one that was just made when its maker was killed is
  // taken for an older one.
  const std::pair<Place, std::string> troubles[]{
      {Place::named, "signal=SIGKILL"}, {Place::named, "error=EIO"}, {Place::usual, "error=EIO"}};
  for (const auto& trouble : troubles) {
    const Place place = trouble.first; // clang 14 captures no structured bindings
    const std::string& effect = trouble.second;
    CAPTURE((place == Place::usual));
    CAPTURE(effect);
    for (int occurrence = 1;; ++occurrence) {
      CAPTURE(occurrence);
      Machine machine{{}, place};
      const auto first = machine.run(event("first"), 0, "", Fault{"fsync", occurrence, effect});
      if (!first || !machine.was_hit()) {
        CHECK((!first || occurrence > 4));
        break;
      }
      CHECK((first->status == is_killed || first->err.find("lost") != std::string::npos));
      const auto second = machine.run(event("second"));
      REQUIRE(second.has_value());
      CHECK(second->status == 0);
      machine.check_kept("second");
    }
  }
}

TEST_CASE("an event that is lost, because it cannot be synchronised, does not arrive later") {
  for (const bool is_new : {true, false}) {
    for (const bool is_batch : {false, true}) {
      for (const int retries : {0, 1}) {
        CAPTURE(is_new);
        CAPTURE(is_batch);
        CAPTURE(retries);
        check_losses(is_new, is_batch, retries);
      }
    }
  }
}

TEST_SUITE_END();
