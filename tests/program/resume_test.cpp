// Files that grow, sent by several runs of the program against a receiver that counts what it
// stores.

#include "support/another_user.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/pushed.hpp"
#include "support/raw_server.hpp"
#include "support/storing_receiver.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <thread>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

// The time of all events, in seconds: recent enough for Loki to return what it has stored.
const std::int64_t recent =
    std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
        .time_since_epoch()
        .count() -
    600;

std::string line_of(int n) {
  return R"({"timestamp":)" + std::to_string(recent + n / 5) + R"(,"event":"thing","n":)" +
         std::to_string(n) + '}';
}

std::string lines_of(int first, int end) {
  std::string text;
  for (int n = first; n < end; ++n) {
    text += line_of(n) + '\n';
  }
  return text;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string error(const std::string& text) {
  return "metrics-event: error: " + text + '\n';
}

void append(const fs::path& path, const std::string& text) {
  std::ofstream{path, std::ios::app} << text;
}

// A directory with files, and the program of a user whose state is kept there too.
class Scene {
public:
  TemporaryDirectory directory;
  fs::path file = directory.path() / "log";
  fs::path state = directory.path() / "state/metrics-event";
  std::map<std::string, std::string> environment{{"METRICS_EVENT_CONFIG", "none"},
                                                 {"METRICS_EVENT_QUIET", "true"},
                                                 {"XDG_STATE_HOME", directory.path() / "state"},
                                                 one_attempt};

  bool is_possible() const {
    const bool can_run = start({"--version"}).wait(20s).status == 0;
    if (!can_run) {
      MESSAGE("SKIPPED: no user namespaces here");
    }
    return can_run;
  }

  Background start(Words words) const {
    const Start start =
        by_another_user(program, {.arguments = std::move(words), .environment = environment});
    return {start.program, start.invocation};
  }
  Outcome run(Words words) const { return start(std::move(words)).wait(60s); }

  static Words words(const StoringReceiver& receiver, const Words& more) {
    Words all{"batch", "--resume", "--url", receiver.push_url()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Outcome resume(const StoringReceiver& receiver, const Words& more) const {
    return run(words(receiver, more));
  }
  // Sends the usual file, which must succeed without a warning.
  void resume(const StoringReceiver& receiver) const {
    const Outcome outcome = resume(receiver, {file});
    CHECK(outcome.status == 0);
    CHECK(err_of_batch(outcome).empty());
  }

  std::vector<fs::path> positions() const {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator{state}) {
      if (entry.path().filename().string().starts_with("position-")) {
        paths.push_back(entry.path());
      }
    }
    return paths;
  }
};

// Every repetition counts as another copy, unlike in Loki, which recognises recent ones.
ReceiverScript strict(std::vector<Conduct> pushes = {}, std::vector<Conduct> queries = {}) {
  return {.store = {.block = 1}, .pushes = std::move(pushes), .queries = std::move(queries)};
}

// The numbers of the events that are stored, each once.
std::vector<int> stored_in(const StoringReceiver& receiver) {
  std::vector<int> numbers;
  for (const auto& [entry, count] : receiver.copies()) {
    CHECK(count == 1);
    const std::size_t at = entry.line.rfind(':') + 1;
    numbers.push_back(std::stoi(entry.line.substr(at)));
  }
  std::ranges::sort(numbers);
  return numbers;
}

template <class Condition>
void await(Condition&& condition) {
  const auto until = Clock::now() + 20s;
  while (!condition()) {
    REQUIRE(Clock::now() < until);
    std::this_thread::yield();
  }
}

std::vector<int> numbers(int end) {
  std::vector<int> all;
  for (int n = 0; n < end; ++n) {
    all.push_back(n);
  }
  return all;
}

} // namespace

TEST_SUITE_BEGIN("resume");

TEST_CASE(
    "of a file that grows, each line is sent once, and the last one when it has its newline") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const StoringReceiver receiver{strict()};
  append(scene.file, lines_of(0, 3) + line_of(3).substr(0, 9));
  scene.resume(receiver);
  CHECK(stored_in(receiver) == numbers(3));
  scene.resume(receiver);
  CHECK(receiver.pushes().size() == 1);
  append(scene.file, line_of(3).substr(9)); // an event now, but who knows whether that is all of it
  scene.resume(receiver);
  CHECK(receiver.pushes().size() == 1);
  append(scene.file, '\n' + lines_of(4, 200));
  scene.resume(receiver);
  append(scene.file, "\n\n");
  scene.resume(receiver);
  append(scene.file, lines_of(200, 202));
  scene.resume(receiver);
  CHECK(stored_in(receiver) == numbers(202));
  CHECK(receiver.pushes().size() == 3);
  CHECK(receiver.queries().empty());
  CHECK(scene.positions().size() == 1);
}

TEST_CASE("without --resume, an event without its newline is sent, and another end is left out") {
  const Scene scene;
  const StoringReceiver receiver{strict()};
  const auto batch = [&] {
    return run(program, {.arguments = {"batch", "--url", receiver.push_url(), scene.file},
                         .environment = scene.environment});
  };
  append(scene.file, lines_of(0, 2) + line_of(2));
  CHECK(batch().status == 0);
  CHECK(stored_in(receiver) == numbers(3));
  write_file(scene.file, lines_of(3, 5) + line_of(5).substr(0, 9));
  const Outcome outcome = batch();
  CHECK(outcome.status == 65);
  CHECK(outcome.err == error(scene.file.string() + ":3:10: incomplete JSON; it is the last line "
                                                   "and has no newline at its end, so it may be "
                                                   "unfinished and is left out") +
                           error("not all of " + scene.file.string() +
                                 " was sent: delivered 2, spooled 0, refused 0, invalid 1"));
  CHECK(stored_in(receiver) == numbers(5));
}

TEST_CASE(
    "a file is known by its content: renamed, rotated, copied and truncated, moved elsewhere") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const StoringReceiver receiver{strict()};
  const fs::path older = scene.directory.path() / "log.1";
  append(scene.file, lines_of(0, 50));
  scene.resume(receiver);

  append(scene.file, lines_of(50, 60));
  fs::rename(scene.file, older);
  append(scene.file, lines_of(60, 70));
  CHECK(scene.resume(receiver, {older, scene.file}).status == 0);
  CHECK(stored_in(receiver) == numbers(70));

  append(scene.file, lines_of(70, 80));
  fs::remove(older);
  fs::copy_file(scene.file, older);
  fs::resize_file(scene.file, 0);
  append(scene.file, lines_of(80, 90));
  CHECK(scene.resume(receiver, {scene.file, older}).status == 0);
  CHECK(stored_in(receiver) == numbers(90));

  // A copy goes its own way, and so does the original.
  const fs::path copy = scene.directory.path() / "copy";
  fs::copy_file(scene.file, copy);
  CHECK(scene.resume(receiver, {copy}).status == 0);
  append(scene.file, lines_of(90, 95));
  scene.resume(receiver);
  append(copy, lines_of(95, 99));
  CHECK(scene.resume(receiver, {copy, scene.file}).status == 0);
  CHECK(stored_in(receiver) == numbers(99));

  // What replaces a file begins at its first line, even when it is longer.
  write_file(scene.file, lines_of(99, 300));
  scene.resume(receiver);
  CHECK(stored_in(receiver) == numbers(300));
}

TEST_CASE("a file that is copied and truncated while it is read goes on in the copy") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const fs::path copy = scene.directory.path() / "log.1";
  append(scene.file, lines_of(0, 1500)); // more than one push takes
  const RawServer server{{{.answer = [&](const std::string&) {
    if (!fs::exists(copy)) {
      fs::copy_file(scene.file, copy);
      fs::resize_file(scene.file, 0);
      append(scene.file, lines_of(1500, 1510));
    }
    return http_reply(204, "No Content");
  }}}};
  const Words words{"batch", "--resume", "--url",
                    "http://127.0.0.1:" + std::to_string(server.port()) + "/loki/api/v1/push"};
  const auto resume = [&](const Words& files) {
    Words all = words;
    all.insert(all.end(), files.begin(), files.end());
    return scene.run(all);
  };
  const Outcome outcome = resume({scene.file});
  CHECK(outcome.status == 75);
  CHECK(has(outcome.err, '"' + scene.file.string() +
                             "\" was truncated while it was read; continue with the copy"));
  CHECK(resume({copy, scene.file}).status == 0);
  const Words arrived = pushed_entries(server.requests());
  CHECK(arrived.size() == 1510);
  CHECK(std::set<std::string>{arrived.begin(), arrived.end()}.size() == 1510);
}

TEST_CASE("a position belongs to the URL, the tenant and the labels, and holds no secret") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const StoringReceiver receiver{strict()};
  append(scene.file, lines_of(0, 2));
  scene.resume(receiver);
  CHECK(scene.resume(receiver, {scene.file, "--org-id", "other"}).status == 0);
  CHECK(scene.resume(receiver, {scene.file, "--label", "host=other"}).status == 0);
  CHECK(receiver.stored() == 6);
  CHECK(scene.positions().size() == 3);
  // Neither credentials nor values of the query make another destination.
  std::string url = receiver.push_url();
  url.insert(url.find("//") + 2, "user:open-sesame@");
  CHECK(scene.run({"batch", "--resume", scene.file, "--url", url}).status == 0);
  append(scene.file, line_of(2) + '\n');
  CHECK(scene.run({"batch", "--resume", scene.file, "--url", url}).status == 0);
  CHECK(receiver.stored() == 7);
  CHECK(scene.positions().size() == 3);
  for (const fs::path& path : scene.positions()) {
    CHECK_FALSE(has(read_file(path), "open-sesame"));
    CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  }
  CHECK(fs::status(scene.state).permissions() == fs::perms::owner_all);
}

TEST_CASE("a line that is no event ends it there, or is left out with --skip-invalid") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const StoringReceiver receiver{strict()};
  const std::string name = scene.file;
  append(scene.file, lines_of(0, 2) + "x\n" + lines_of(2, 4));
  for (const int delivered : {2, 0}) {
    const Outcome outcome = scene.resume(receiver, {scene.file});
    CHECK(outcome.status == 65);
    CHECK(outcome.err ==
          error(name + ":3:1: not valid JSON: unexpected \"x\"") +
              error(name + ": line 3 is not a valid event, so the batch ended there: delivered " +
                    std::to_string(delivered) + ", spooled 0, refused 0, invalid 1"));
    CHECK(stored_in(receiver) == numbers(2));
  }
  const Outcome skipping = scene.resume(receiver, {scene.file, "--skip-invalid"});
  CHECK(skipping.status == 65);
  CHECK(skipping.err == error(name + ":3:1: not valid JSON: unexpected \"x\"") +
                            error("not all of " + name +
                                  " was sent: delivered 2, spooled 0, refused 0, invalid 1"));
  CHECK(stored_in(receiver) == numbers(4));
  scene.resume(receiver);
  append(scene.file, "y\n");
  CHECK(scene.resume(receiver, {scene.file, "--skip-invalid"}).status == 65);
  append(scene.file, "z\n");
  CHECK(has(scene.resume(receiver, {scene.file}).err, name + ":7:1: not valid JSON"));
}

TEST_CASE("what has no position is 64, what is missing is 66 after the others were sent") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const StoringReceiver receiver{strict()};
  const fs::path fifo = scene.directory.path() / "fifo", other = scene.directory.path() / "other";
  check(::mkfifo(fifo.c_str(), 0600), "mkfifo");
  append(scene.file, lines_of(0, 2));
  append(other, lines_of(2, 4));
  for (const Words& words : {Words{}, {"-"}, {scene.file, "-"}}) {
    const Outcome outcome = scene.resume(receiver, words);
    CHECK(outcome.status == 64);
    CHECK(outcome.err ==
          error("--resume needs a FILE; the position in standard input cannot be kept"));
  }
  const Outcome pipe = scene.resume(receiver, {scene.file, fifo});
  CHECK(pipe.status == 64);
  CHECK(pipe.err == error("--resume needs a regular file; the position in \"" + fifo.string() +
                          "\" cannot be kept"));
  const Outcome several = scene.run({"batch", scene.file, other});
  CHECK(several.status == 64);
  CHECK(several.err ==
        error("batch takes one FILE; leave \"" + other.string() + "\" out or give --resume"));
  CHECK(receiver.pushes().empty());

  const fs::path missing = scene.directory.path() / "missing";
  const Outcome outcome =
      scene.resume(receiver, {missing, scene.file, other, "--output", "json", "--confirm"});
  CHECK(outcome.status == 66);
  CHECK(has(outcome.out, R"({"exit_code":66,)"));
  CHECK(has(outcome.out,
            R"("delivered":4,"spooled":0,"refused":0,"invalid":0,"repeated":0,"confirmed":4,)"));
  CHECK(outcome.err ==
        error("cannot read \"" + missing.string() + "\": no such file or directory"));
  CHECK(stored_in(receiver) == numbers(4));

  append(other, "x\n");
  const Outcome both = scene.resume(receiver, {missing, other, scene.file});
  CHECK(both.status == 65); // the first failure of a file that is there
  CHECK(
      has(both.err, error("cannot read \"" + missing.string() + "\": no such file or directory")));
}

TEST_CASE("without a home, it says which variable names the place of positions") {
  Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const StoringReceiver receiver{strict()};
  append(scene.file, lines_of(0, 2));
  scene.environment.erase("XDG_STATE_HOME");
  const Outcome outcome = scene.resume(receiver, {scene.file});
  CHECK(outcome.status == 73);
  CHECK(outcome.err == error("neither XDG_STATE_HOME nor HOME names a directory that can be "
                             "entered; set XDG_STATE_HOME to keep the positions of files"));
  CHECK(receiver.pushes().empty());
  CHECK(scene.resume(receiver, {scene.file, "--dry-run"}).status == 0);
  scene.environment["HOME"] = scene.directory.path() / "home";
  scene.resume(receiver);
  CHECK(fs::exists(scene.directory.path() / "home/.local/state/metrics-event"));
  CHECK(stored_in(receiver) == numbers(2));
}

TEST_CASE("a position that cannot be written keeps the push from leaving") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const StoringReceiver receiver{strict()};
  append(scene.file, lines_of(0, 2));
  fs::create_directories(scene.state);
  fs::permissions(scene.state, fs::perms::owner_read | fs::perms::owner_exec);
  const Outcome outcome = scene.resume(receiver, {scene.file});
  CHECK(outcome.status == 73);
  CHECK(has(outcome.err, "the state directory \"" + scene.state.string() + '"'));
  fs::permissions(scene.state, fs::perms::owner_all | fs::perms::others_write);
  CHECK(scene.resume(receiver, {scene.file}).err ==
        error("cannot use the state directory \"" + scene.state.string() +
              "\": other users may write to it; give it mode 700"));
  CHECK(receiver.pushes().empty());
}

TEST_CASE("a dry run and a disabled tool leave the position alone") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const StoringReceiver receiver{strict()};
  append(scene.file, lines_of(0, 2));
  for (const std::string flag : {"--dry-run", "--disabled"}) {
    CHECK(scene.resume(receiver, {scene.file, flag}).status == 0);
    CHECK_FALSE(fs::exists(scene.state));
  }
  scene.resume(receiver);
  append(scene.file, line_of(2) + '\n');
  const std::string before = read_file(scene.positions().at(0));
  const Outcome dry = scene.resume(receiver, {scene.file, "--dry-run"});
  CHECK(dry.status == 0);
  CHECK(has(dry.out, R"(\"n\":2}"]]}]})"));
  CHECK_FALSE(has(dry.out, R"(\"n\":1})"));
  CHECK(scene.resume(receiver, {scene.file, "--disabled"}).status == 0);
  CHECK(scene.positions().size() == 1);
  CHECK(read_file(scene.positions().at(0)) == before);
  scene.resume(receiver);
  CHECK(stored_in(receiver) == numbers(3));
}

TEST_CASE("a second run on a file waits for the first, and another file or destination does not") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  StoringReceiver hanging{strict({{.hangs = true}})};
  const StoringReceiver receiver{strict()};
  const fs::path other = scene.directory.path() / "other", link = scene.directory.path() / "link";
  append(scene.file, lines_of(0, 2));
  append(other, lines_of(2, 4));
  fs::create_hard_link(scene.file, link);
  Background first = scene.start(Scene::words(hanging, {scene.file, "--timeout", "1h"}));
  await([&] { return !hanging.pushes().empty(); });
  for (const fs::path& path : {scene.file, link}) {
    const Outcome second = scene.resume(hanging, {path, "--timeout", "100ms"});
    CHECK(second.status == 75);
    CHECK(second.err == error("another run is sending \"" + path.string() +
                              "\"; wait until it ends, or raise --timeout"));
  }
  CHECK(hanging.pushes().size() == 1);
  scene.resume(receiver);
  CHECK(stored_in(receiver) == numbers(2));
  hanging.script_pushes({{}});
  CHECK(scene.resume(hanging, {other, "--timeout", "100ms"}).status == 0);
  first.signal(SIGKILL);
  CHECK(first.wait(20s).status == 128 + SIGKILL);
  hanging.await_quiet();
  scene.resume(hanging);
  CHECK(stored_in(hanging) == numbers(4));
}

TEST_CASE("a push whose answer was lost is asked for by the next run, and not sent again") {
  for (const bool has_times : {true, false}) {
    CAPTURE(has_times);
    const Scene scene;
    if (!scene.is_possible()) {
      return;
    }
    StoringReceiver receiver{strict({lost_answer, {}}, {{.status = 503}})};
    // Each of these times is given when the line is read, unless the line has one.
    for (int n = 0; n < 20; ++n) {
      append(scene.file, has_times || n % 5 == 0
                             ? "\n" + line_of(n) + '\n'
                             : R"({"event":"thing","n":)" + std::to_string(n) + "}\n\n");
    }
    const Outcome unsure = scene.resume(receiver, {scene.file, "--timeout", "300ms"});
    CHECK(unsure.status == 75);
    CHECK(has(unsure.err, "20 of these events may have been stored"));
    CHECK(receiver.stored() == 20);
    receiver.await_quiet();
    receiver.script_queries({{}});
    append(scene.file, lines_of(20, 25));
    const Outcome sure = scene.resume(receiver, {scene.file, "--output", "json"});
    CHECK(sure.status == 0);
    CHECK(has(sure.out, R"("delivered":25,"spooled":0,"refused":0,"invalid":0,"repeated":0,)"));
    CHECK(receiver.stored() == 25);
    CHECK(receiver.distinct() == 25);
    CHECK(receiver.pushes().size() == 2);
  }
}

TEST_CASE("what was certainly not sent is sent by the next run without asking") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  ClosedPort closed;
  append(scene.file, lines_of(0, 3));
  const std::string url = "http://127.0.0.1:" + std::to_string(closed.port()) + "/loki/api/v1/push";
  CHECK(scene.run({"batch", "--resume", "--url", url, scene.file}).status == 69);
  const StoringReceiver receiver{std::move(closed), strict()};
  append(scene.file, lines_of(3, 5));
  scene.resume(receiver);
  CHECK(stored_in(receiver) == numbers(5));
  CHECK(receiver.queries().empty());
}

TEST_CASE("what goes into the spool is dealt with, also when a kill leaves that open") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  ClosedPort closed;
  const std::string url = "http://127.0.0.1:" + std::to_string(closed.port()) + "/loki/api/v1/push";
  const fs::path spool = scene.directory.path() / "spool";
  const Words words{"batch", "--resume", "--url", url, "--spool", spool, scene.file};
  append(scene.file, lines_of(0, 3));
  CHECK(scene.run({"batch", "--resume", "--url", url, scene.file}).status == 69);
  const std::string unsent = read_file(scene.positions().at(0));
  CHECK(scene.run(words).status == 0);
  CHECK(scene.run(words).status == 0);
  const auto records = [&] {
    return std::distance(fs::directory_iterator{spool / "new"}, fs::directory_iterator{});
  };
  CHECK(records() == 1);
  CHECK(fs::directory_iterator { spool / "new" } -> path().string().find(",N=3,") !=
        std::string::npos);

  // As if the run that put the entries into the spool had been killed before it noted that.
  std::string spooling = unsent;
  spooling.replace(spooling.find(R"("spooling":false)"), 16, R"("spooling":true)");
  const fs::path position = scene.positions().at(0);
  write_file(position, spooling);
  CHECK(scene.run(words).status == 0);
  CHECK(records() == 1);
  fs::remove(*fs::directory_iterator{spool / "new"}); // as if it had not come so far
  write_file(position, spooling);
  const StoringReceiver receiver{std::move(closed), strict()};
  CHECK(scene.run(words).status == 0);
  CHECK(receiver.stored() == 3);
  CHECK(scene.run({"flush", "--spool", spool}).status == 0);
  CHECK(stored_in(receiver) == numbers(3));
  write_file(position, spooling); // as if they had been flushed since
  CHECK(scene.run(words).status == 0);
  CHECK(stored_in(receiver) == numbers(3));
}

TEST_CASE("a position that nobody has used for 90 days is deleted, one in use is not") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const StoringReceiver receiver{strict()};
  append(scene.file, lines_of(0, 2));
  scene.resume(receiver);
  const fs::path position = scene.positions().at(0);
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(position, now - 89 * 24h);
  scene.resume(receiver);
  CHECK(fs::last_write_time(position) > now - 24h);
  CHECK(receiver.stored() == 2);

  fs::last_write_time(position, now - 91 * 24h);
  const fs::path other = scene.directory.path() / "other";
  append(other, lines_of(2, 4));
  CHECK(scene.resume(receiver, {other}).status == 0);
  CHECK_FALSE(fs::exists(position));
  CHECK(scene.positions().size() == 1);
}

TEST_CASE("lines may end with NUL, and go into a file") {
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  const fs::path log = scene.directory.path() / "out";
  const Words words{"batch", "--resume", "-0", "--url", "file://" + log.string(), scene.file};
  append(scene.file, line_of(0) + '\0' + line_of(1));
  CHECK(scene.run(words).status == 0);
  CHECK(read_file(log) == lines_of(0, 1));
  append(scene.file, std::string(1, '\0'));
  CHECK(scene.run(words).status == 0);
  CHECK(scene.run(words).status == 0);
  CHECK(read_file(log) == lines_of(0, 2));
}

TEST_CASE("10 000 identical lines are stored once each, however often it is killed") {
  constexpr int kills = 50;
  constexpr int lines_a_kill = 200;
  const Scene scene;
  if (!scene.is_possible()) {
    return;
  }
  // An answer is late, so that many kills find a push stored and not answered.
  const StoringReceiver receiver{strict({{.delay = 10ms}})}, other{strict({{.delay = 10ms}})};
  std::mt19937 random{std::random_device{}()};
  std::string lines;
  for (int n = 0; n < lines_a_kill; ++n) {
    lines += R"({"timestamp":)" + std::to_string(recent) + R"(,"event":"same"})" + '\n';
  }
  append(scene.file, lines);
  // How long a run takes, so that the moments are spread over it.
  const std::chrono::microseconds usual = scene.resume(other, {scene.file}).elapsed;
  for (int kill = 0; kill < kills; ++kill) {
    if (kill > 0) {
      append(scene.file, lines);
    }
    Background run = scene.start(Scene::words(receiver, {scene.file, "--timeout", "20s"}));
    const std::int64_t longest = usual.count() * 3 / 2;
    const auto moment = std::uniform_int_distribution<std::int64_t>{0, longest}(random);
    std::this_thread::sleep_for(std::chrono::microseconds{moment}); // the moment is what is random
    run.signal(SIGKILL);
    static_cast<void>(run.wait(20s));
    receiver.await_quiet();
  }
  scene.resume(receiver);
  const auto copies = receiver.copies();
  CHECK(receiver.stored() == kills * lines_a_kill);
  CHECK(copies.size() == kills * lines_a_kill);
  const metrics_event::Instant first{std::chrono::seconds{recent}};
  CHECK(copies.begin()->first.time == first);
  CHECK(copies.rbegin()->first.time == first + std::chrono::nanoseconds{kills * lines_a_kill - 1});
}

TEST_SUITE_END();
