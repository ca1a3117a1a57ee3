// Many senders, several flushes and one spool, while the receiver comes and goes: each event
// arrives once for who takes what is the same twice for one, as Loki does.

#include "spool/record.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/pushed.hpp"
#include "support/raw_server.hpp"
#include "support/storing_receiver.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <regex>
#include <semaphore>
#include <set>
#include <sstream>
#include <thread>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

std::string url_of(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

// The events differ in their flavor, a number, so that they can be counted.
Invocation sending(int flavor, std::uint16_t port, const fs::path& spool, const Words& more = {}) {
  Words words{"runner-installed", "--flavor", std::to_string(flavor),
              "--duration",       "1",        "--url",
              url_of(port),       "--spool",  spool,
              "--config",         "none",     "--quiet"};
  words.insert(words.end(), more.begin(), more.end());
  return {.arguments = words, .limit = 60s};
}

Invocation flushing(const fs::path& spool, const Words& more = {}) {
  Words words{"flush", "--spool", spool, "--config", "none", "--quiet", "--retries", "0"};
  words.insert(words.end(), more.begin(), more.end());
  return {.arguments = words, .limit = 60s};
}

std::size_t files_in(const fs::path& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator{directory}, fs::directory_iterator{}));
}

void check_empty(const fs::path& spool) {
  for (const char* const box : {"tmp", "new", "refused"}) {
    CAPTURE(box);
    CHECK(files_in(spool / box) == 0);
  }
}

// What arrived has that many different entries, of as many events, whose flavors are 0, 1, 2, …
void check_each_once(const Words& arrived, int events) {
  const std::regex flavor{R"(\\"flavor\\":\\"(\d+)\\")"};
  const std::set<std::string> entries(arrived.begin(), arrived.end());
  std::set<int> flavors;
  for (const std::string& entry : entries) {
    std::smatch found;
    REQUIRE(std::regex_search(entry, found, flavor));
    flavors.insert(std::stoi(found[1]));
  }
  CHECK(entries.size() == static_cast<std::size_t>(events));
  CHECK(flavors.size() == static_cast<std::size_t>(events));
  CHECK(*flavors.begin() == 0);
  CHECK(*flavors.rbegin() == events - 1);
}

// Waits for what another process does.
template <class Condition>
void await(Condition&& condition) {
  const auto until = testing::Clock::now() + 60s;
  while (!condition()) {
    REQUIRE(testing::Clock::now() < until);
    std::this_thread::yield();
  }
}

// `listen` on a port that it keeps from life to life. What it printed is what it had accepted.
class MortalReceiver {
public:
  void start(const std::string& answers = "204") {
    running_.emplace(plain_program,
                     Invocation{.arguments = {"listen", "--port", std::to_string(port_), "--output",
                                              "json", "--respond", answers, "--config", "none"},
                                .stdout_path = path(++lives_)});
    const std::string line = running_->read_error_line(20s);
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind("1:") + 2)));
  }
  void stop() const { running_->signal(SIGSTOP); }
  void kill() {
    running_->signal(SIGKILL);
    CHECK(running_->wait(20s).status == 128 + SIGKILL);
  }

  std::uint16_t port() const { return port_; }

  // In all its lives. What has no end it was about to accept when it was killed.
  Words entries() const {
    Words entries;
    for (int life = 1; life <= lives_; ++life) {
      std::istringstream text{read_file(path(life))};
      for (std::string line; std::getline(text, line) && !text.eof();) {
        entries.push_back(line);
      }
    }
    return entries;
  }

private:
  fs::path path(int life) const { return directory_.path() / std::to_string(life); }

  TemporaryDirectory directory_;
  std::optional<Background> running_;
  std::uint16_t port_ = 0;
  int lives_ = 0;
};

using Crowd = std::vector<std::unique_ptr<Background>>;

void check_all_well(const Crowd& crowd) {
  for (const auto& process : crowd) {
    const Outcome outcome = process->wait(60s);
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
  }
}

// Puts entries into a spool as senders would.
void put_entries(const fs::path& spool, std::uint16_t port, int first, int end) {
  const Instant start = std::chrono::system_clock::now() - 1min; // Loki returns it at once
  for (int flavor = first; flavor < end; ++flavor) {
    const std::string line =
        R"({"timestamp":1700000000.123456789,"event":"runner_installed","flavor":")" +
        std::to_string(flavor) + R"(","duration":1})";
    const SpoolRecord record{.destination = {.url = url_of(port) + "/loki/api/v1/push"},
                             .labels = {{"job", "metrics"}},
                             .entries = {{start + std::chrono::nanoseconds{flavor}, line}}};
    const std::string text = encode(record).str();
    write_file(spool / "new" / encode(record).name(1, 1).text(), text);
  }
}

} // namespace

TEST_SUITE_BEGIN("crowd");

TEST_CASE("two hundred senders, five flushes, a receiver that dies and returns: each event once") {
  constexpr int at_once = 200;
  constexpr int later = 60;
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool";
  MortalReceiver receiver;

  // All wait for an answer when it dies, and then need a spool, which none of them finds.
  receiver.start();
  receiver.stop();
  Crowd senders;
  const auto send = [&](int flavor, const Words& more) {
    senders.push_back(
        std::make_unique<Background>(plain_program, sending(flavor, receiver.port(), spool, more)));
  };
  for (int flavor = 0; flavor < at_once; ++flavor) {
    const std::string tenant = "tenant-" + std::to_string(flavor % 20);
    // Each then asks until its time is over.
    send(flavor, {"--timeout", "10s", "--retries", "0", "--org-id", tenant});
  }
  receiver.kill();
  check_all_well(senders);
  senders.clear();
  CHECK(files_in(spool / "new") == at_once);
  CHECK(receiver.entries().empty());

  // It takes two of the twenty pushes, refuses more for a while, dies, and returns.
  receiver.start("204,204,503");
  Crowd flushes;
  for (int number = 0; number < 5; ++number) {
    flushes.push_back(
        std::make_unique<Background>(plain_program, flushing(spool, {"--wait", "60s"})));
  }
  await([&] { return !receiver.entries().empty(); });
  for (int flavor = at_once; flavor < at_once + later; ++flavor) {
    send(flavor, {});
    if (flavor == at_once + later / 3) {
      receiver.kill();
    } else if (flavor == at_once + later / 3 * 2) {
      receiver.start();
    }
  }
  check_all_well(senders);
  check_all_well(flushes);
  CHECK(run(plain_program, flushing(spool)).status == 0); // what came after the five
  check_empty(spool);
  check_each_once(receiver.entries(), at_once + later);
  MESSAGE(receiver.entries().size() << " entries arrived of " << at_once + later << " events");
}

TEST_CASE("what a receiver takes and never answers is sent again, the same") {
  struct Row {
    std::string timeout;
    int signal; // that ends the flush; 0: it ends by itself
    int status;
  };
  const Row rows[]{{"2s", 0, 75},
                   {"1h", SIGTERM, 128 + SIGTERM},
                   {"1h", SIGINT, 128 + SIGINT},
                   {"1h", SIGKILL, 128 + SIGKILL}};
  constexpr int events = 3;
  for (const Row& row : rows) {
    CAPTURE(row.status);
    const TemporaryDirectory directory;
    const fs::path spool = directory.path() / "spool";
    std::vector<Behaviour> script(events + 1, {.reply = {}, .then_close = false});
    script.push_back({.reply = http_reply(204, "No Content")});
    const RawServer server{script};
    // What the senders had sent when they gave up was taken as well.
    for (int flavor = 0; flavor < events; ++flavor) {
      Background sender{plain_program, sending(flavor, server.port(), spool, {"--timeout", "1h"})};
      await([&] { return server.requests().size() == static_cast<std::size_t>(flavor) + 1; });
      sender.signal(SIGTERM);
      CHECK(sender.wait(20s).status == 128 + SIGTERM);
    }
    CHECK(files_in(spool / "new") == events);
    Background flush{plain_program, flushing(spool, {"--timeout", row.timeout})};
    await([&] { return server.requests().size() == events + 1; });
    if (row.signal != 0) {
      flush.signal(row.signal);
    }
    CHECK(flush.wait(20s).status == row.status);
    CHECK(files_in(spool / "new") == events);
    CHECK(run(plain_program, flushing(spool)).status == 0);
    check_empty(spool);
    const Words requests = server.requests();
    REQUIRE(requests.size() == events + 2);
    CHECK(requests.back() == requests[events]);
    CHECK(pushed_entries(requests).size() == 3 * events);
    check_each_once(pushed_entries(requests), events);
  }
}

TEST_CASE("an exchange that ends after any byte is stored once") {
  const std::string reply = http_reply(204, "No Content");
  constexpr std::size_t most_request_bytes = 600;
  constexpr std::size_t step = 20;
  std::vector<Conduct> endings;
  for (std::size_t size = 0; size < reply.size(); ++size) {
    endings.push_back({.answer_bytes = size});
  }
  for (std::size_t size = 0; size < most_request_bytes; size += step) {
    endings.push_back({.request_bytes = size});
  }
  StoringReceiver receiver{{.store = {.block = 0}}};
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool";
  fs::create_directory(spool); // else an event that needs none leaves none to flush
  int events = 0;
  for (const Conduct& ending : endings) {
    // Once for a sender, once for the flush of what the sender could not deliver.
    receiver.script_pushes({ending, ending, {}});
    CHECK(run(plain_program, sending(events, receiver.port(), spool, {"--retries", "0"})).status ==
          0);
    events += 1;
    const Outcome outcome = run(plain_program, flushing(spool));
    CHECK((outcome.status == 0 || outcome.status == 75));
    receiver.script_pushes({});
    CHECK(run(plain_program, flushing(spool)).status == 0);
  }
  check_empty(spool);
  receiver.await_quiet();
  CHECK(receiver.distinct() == static_cast<std::size_t>(events));
  CHECK(receiver.duplicates() == 0);
}

TEST_CASE("a hundred senders and five flushes store each event once while answers get lost") {
  constexpr int events = 100;
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool";
  std::vector<Conduct> script;
  for (int push = 0; push < events; ++push) {
    script.push_back(push % 3 == 0   ? lost_answer
                     : push % 3 == 1 ? Conduct{.status = 500, .stores = push % 2 == 0}
                                     : Conduct{});
  }
  script.emplace_back();
  StoringReceiver receiver{{.store = {.block = 0},
                            .pushes = script,
                            .queries = {{.status = 503}, {}, {.answer_bytes = 0}, {}}}};
  Crowd senders;
  for (int flavor = 0; flavor < events; ++flavor) {
    senders.push_back(std::make_unique<Background>(
        plain_program, sending(flavor, receiver.port(), spool, {"--retries", "0"})));
  }
  Crowd flushes;
  for (int number = 0; number < 5; ++number) {
    flushes.push_back(
        std::make_unique<Background>(plain_program, flushing(spool, {"--wait", "60s"})));
  }
  check_all_well(senders);
  for (const auto& flush : flushes) { // the spool may not be there yet
    const int status = flush->wait(60s).status;
    CHECK((status == 0 || status == 66));
  }
  const Outcome last = run(plain_program, flushing(spool));
  CHECK((last.status == 0 || last.status == 66));
  receiver.await_quiet();
  CHECK(receiver.distinct() == events);
  CHECK(receiver.duplicates() == 0);
}

TEST_CASE("flushes that are killed at any time store each event once") {
  constexpr int events = 300;
  constexpr int flushes = 25;
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool";
  StoringReceiver receiver{{.store = {.block = 0}}};
  fs::create_directories(spool / "refused");
  fs::create_directories(spool / "new");
  fs::create_directories(spool / "tmp");
  fs::permissions(spool, fs::perms::owner_all);
  put_entries(spool, receiver.port(), 0, events);
  std::mt19937 random{17};
  for (int number = 0; number < flushes; ++number) {
    const std::size_t pushes = receiver.pushes().size();
    receiver.script_pushes({{.delay = 5ms}});
    Background flush{plain_program, flushing(spool, {"--retries", "2"})};
    // It is killed about the time of its first push.
    const auto until = testing::Clock::now() + std::chrono::microseconds{random() % 12'000};
    while (receiver.pushes().size() == pushes && testing::Clock::now() < until) {
      std::this_thread::yield();
    }
    flush.signal(SIGKILL);
    flush.wait(20s);
  }
  receiver.script_pushes({});
  CHECK(run(plain_program, flushing(spool)).status == 0);
  check_empty(spool);
  receiver.await_quiet();
  CHECK(receiver.distinct() == events);
  CHECK(receiver.duplicates() == 0);
}

namespace {

// The outcome of a flush, and how much memory it had in use at most when a push was on its way.
struct MeasuredFlush {
  Outcome outcome;
  std::size_t peak_memory_kib = 0;
  Words arrived;
};

MeasuredFlush measure_flush(const fs::path& spool, std::uint16_t port, std::size_t pushes) {
  std::binary_semaphore has_arrived{0}, go_on{0};
  const RawServer server{{{.answer =
                               [&](const std::string&) {
                                 has_arrived.release();
                                 static_cast<void>(go_on.try_acquire_for(20s));
                                 return http_reply(204, "No Content");
                               }}},
                         Family::v4,
                         port};
  MeasuredFlush measured;
  Background flush{plain_program, flushing(spool, {"--timeout", "60s", "--output", "json"})};
  for (std::size_t push = 0; push < pushes; ++push) {
    REQUIRE(has_arrived.try_acquire_for(60s));
    measured.peak_memory_kib = flush.peak_memory_kib();
    go_on.release();
  }
  measured.outcome = flush.wait(60s);
  measured.arrived = pushed_entries(server.requests());
  return measured;
}

} // namespace

TEST_CASE("outage drill: ten thousand events wait, one flush delivers them in little memory") {
  constexpr int events = 10'000;
  constexpr int sent = 400; // by senders, whose starts take time; the others are put there
  constexpr int writers = 8;
  constexpr std::size_t entries_a_push = 1000;
  const std::string script =
      R"(i=$2; while [ "$i" -lt "$3" ]; do "$1" runner-installed --flavor "$i" --duration 1 )"
      R"(--url "$4" --spool "$5" --config none --retries 0 --quiet || exit; i=$((i + 1)); done)";
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool", small = directory.path() / "small";
  std::optional<ClosedPort> closed{std::in_place};
  const std::uint16_t port = closed->port();

  const auto start = testing::Clock::now();
  Crowd shells;
  for (int writer = 0; writer < writers; ++writer) {
    const int first = sent * writer / writers, end = sent * (writer + 1) / writers;
    shells.push_back(std::make_unique<Background>(
        "/bin/sh",
        Invocation{.arguments = {"-c", script, "sh", plain_program, std::to_string(first),
                                 std::to_string(end), url_of(port), spool}}));
  }
  for (const auto& shell : shells) {
    const Outcome outcome = shell->wait(600s);
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
  }
  const auto taken =
      std::chrono::duration_cast<std::chrono::milliseconds>(testing::Clock::now() - start);
  CHECK(files_in(spool / "new") == sent);
  put_entries(spool, port, sent, events);
  CHECK(run(plain_program, sending(0, port, small, {"--retries", "0"})).status == 0);
  put_entries(small, port, 1, entries_a_push);
  closed.reset();

  const MeasuredFlush few = measure_flush(small, port, 1);
  CHECK(few.outcome.status == 0);
  CHECK(few.outcome.out.find(R"("delivered":1000,)") != std::string::npos);
  const MeasuredFlush all = measure_flush(spool, port, events / entries_a_push);
  CHECK(all.outcome.status == 0);
  CHECK(all.outcome.out.find(R"("delivered":10000,)") != std::string::npos);
  CHECK(all.arrived.size() == events);
  check_each_once(all.arrived, events);
  check_empty(spool);
  MESSAGE(sent << " senders in " << taken.count() << " ms, the flush of " << events
               << " entries in " << all.outcome.elapsed.count() << " ms, " << all.peak_memory_kib
               << " KiB; of 1000 entries in " << few.outcome.elapsed.count() << " ms, "
               << few.peak_memory_kib << " KiB");
  CHECK(all.peak_memory_kib < few.peak_memory_kib + 4096);
}

namespace {

// A full FIFO: whoever writes into it waits until it is emptied.
class Gate {
public:
  explicit Gate(const fs::path& path) {
    check(::mkfifo(path.c_str(), 0600), "mkfifo");
    fifo_ = Descriptor{check(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK), "open")};
    for (const std::string block(4096, '\n');
         ::write(fifo_.get(), block.data(), block.size()) > 0;) {
    }
  }

  // Lets the writer go on.
  void open() {
    for (std::string block(65536, ' '); ::read(fifo_.get(), block.data(), block.size()) > 0;) {
    }
  }

private:
  Descriptor fifo_;
};

struct MeasuredBatch {
  Outcome outcome;
  std::size_t peak_memory_kib = 0;
  std::vector<bool> arrived; // by the number of the line
  std::size_t repeated = 0;
};

// Sends so many lines from a file to `listen`, and looks at the memory of who has sent them.
MeasuredBatch measure_batch(std::size_t lines) {
  const TemporaryDirectory directory;
  const fs::path input = directory.path() / "input", output = directory.path() / "output";
  const fs::path gate_path = directory.path() / "gate";
  {
    std::ofstream file{input};
    for (std::size_t line = 0; line < lines; ++line) { // of the operator, a millisecond apart
      file << R"({"timestamp": )" << 1'700'000'000 + line / 1000 << '.'
           << std::to_string(1000 + line % 1000).substr(1)
           << R"(, "event": "reconciliation", "flavor": "small", "crashed_runners": 0, )"
           << R"("idle_runners": )" << line << R"(, "duration": 15.0})" << '\n';
    }
  }
  Background receiver{
      plain_program,
      {.arguments = {"listen", "--port", "0", "--count", std::to_string(lines), "--config", "none"},
       .stdout_path = output}};
  const std::string announcement = receiver.read_error_line(20s);
  Gate gate{gate_path};
  Background batch{plain_program,
                   {.arguments = {"batch", input, "--quiet", "--output", "json", "--config", "none",
                                  "--url", announcement.substr(announcement.rfind(' ') + 1)},
                    .stdout_path = gate_path}};
  CHECK(receiver.wait(300s).status == 0);
  MeasuredBatch measured{.arrived = std::vector<bool>(lines)};
  measured.peak_memory_kib = batch.peak_memory_kib(); // it has yet to write its result
  gate.open();
  measured.outcome = batch.wait(20s);
  std::ifstream file{output};
  for (std::string text; std::getline(file, text);) {
    const std::string key = R"("idle_runners":)";
    const std::size_t line = std::stoul(text.substr(text.find(key) + key.size()));
    measured.repeated += measured.arrived.at(line) ? 1U : 0U;
    measured.arrived[line] = true;
  }
  return measured;
}

} // namespace

TEST_CASE("two hundred thousand lines in one batch all arrive once, in little memory") {
  constexpr std::size_t few = 10'000, many = 200'000;
  const MeasuredBatch small = measure_batch(few);
  CHECK(small.outcome.status == 0);
  const MeasuredBatch large = measure_batch(many);
  CHECK(large.outcome.status == 0);
  CHECK(large.outcome.err.empty());
  CHECK(std::ranges::count(large.arrived, true) == many);
  CHECK(large.repeated == 0);
  MESSAGE("the batch of " << many << " lines in " << large.outcome.elapsed.count() << " ms, "
                          << large.peak_memory_kib << " KiB; of " << few << " lines in "
                          << small.outcome.elapsed.count() << " ms, " << small.peak_memory_kib
                          << " KiB");
  CHECK(large.peak_memory_kib < small.peak_memory_kib + 1024); // 5 bytes a line
}

TEST_SUITE_END();
