// Events that are sent by the line, by the program itself against real sockets.

#include "commands/listen_answer.hpp"
#include "loki/push.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/pushed.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"
#include "support/terminal.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

const std::string accepted = http_reply(204, "No Content");

std::string at(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port) + "/loki/api/v1/push";
}

// The n-th of lines that are an hour apart, so that each is a push of its own.
std::string line_of(int n, const std::string& more = "") {
  return R"({"timestamp":)" + std::to_string(1'700'000'000 + 3600 * n) + R"(,"event":"thing")" +
         more + '}';
}

std::string lines_of(int count) {
  std::string text;
  for (int n = 0; n < count; ++n) {
    text += line_of(n) + '\n';
  }
  return text;
}

// An entry as a push has it.
std::string entry_at(std::int64_t nanoseconds, const std::string& line) {
  std::string text = describe(Entry{.labels = {{"job", "metrics"}},
                                    .time = Instant{std::chrono::nanoseconds{nanoseconds}},
                                    .line = line,
                                    .metadata = {}},
                              Output::json);
  text.pop_back(); // the newline
  return text;
}

std::string entry_of(int n, const std::string& more = "") {
  return entry_at((1'700'000'000 + 3600LL * n) * 1'000'000'000, line_of(n, more));
}

Words entries_of(int count) {
  Words entries;
  for (int n = 0; n < count; ++n) {
    entries.push_back(entry_of(n));
  }
  return entries;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string error(const std::string& text) {
  return "metrics-event: error: " + text + '\n';
}

// A directory with an input, and the program with nothing of the system's. All are times of long
// ago, which is warned of, so it is quiet unless a test is about that.
struct Scene {
  TemporaryDirectory directory;
  std::string file = directory.path() / "events";
  std::string spool = directory.path() / "spool";

  Invocation invocation(const Words& words, const std::string& input = "") const {
    Words all{"batch"};
    all.insert(all.end(), words.begin(), words.end());
    return {.arguments = std::move(all),
            .environment = {one_attempt,
                            {"METRICS_EVENT_CONFIG", "none"},
                            {"METRICS_EVENT_QUIET", "true"}},
            .input = input};
  }
  Outcome batch(const Words& words, const std::string& input = "") const {
    return run(program, invocation(words, input));
  }
  Outcome batch_file(const std::string& text, Words words) const {
    write_file(file, text);
    words.push_back(file);
    return batch(words);
  }
  std::size_t waiting() const {
    return fs::exists(spool + "/new")
               ? static_cast<std::size_t>(std::distance(fs::directory_iterator{spool + "/new"}, {}))
               : 0;
  }
};

// A FIFO that has no end until the test says so.
class Source {
public:
  explicit Source(const fs::path& path) {
    check(::mkfifo(path.c_str(), 0600), "mkfifo");
    ours_ = Descriptor{check(::open(path.c_str(), O_RDWR | O_CLOEXEC), "open")};
  }
  void write(const std::string& text) const {
    REQUIRE(::write(ours_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end() { ours_.reset(); }

private:
  Descriptor ours_;
};

template <class Condition>
void await(Condition&& condition) {
  const auto until = testing::Clock::now() + 20s;
  while (!condition()) {
    REQUIRE(testing::Clock::now() < until);
    std::this_thread::yield();
  }
}

// Refuses a push when it holds something bad, as a whole.
std::string refuse_bad(const std::string& request) {
  const Words entries = pushed_entries(request);
  const bool is_bad =
      std::ranges::any_of(entries, [](const std::string& entry) { return has(entry, "bad"); });
  return is_bad ? http_reply(400, "Bad Request", "nobody wants it\n") : accepted;
}

} // namespace

TEST_SUITE_BEGIN("batch");

TEST_CASE("a file, a pipe, a redirection, and what ends with NUL") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  const std::string url = at(server.port());
  std::string with_nul = lines_of(2);
  std::ranges::replace(with_nul, '\n', '\0');
  const std::string nul_file = scene.directory.path() / "nul";
  write_file(scene.file, lines_of(2));
  write_file(nul_file, with_nul);
  Invocation redirected = scene.invocation({"--url", url});
  redirected.arguments.insert(
      redirected.arguments.begin(),
      {"-c", R"(file=$1; shift; exec "$@" <"$file")", "sh", scene.file, program});
  const Outcome outcomes[]{
      scene.batch({scene.file, "--url", url}),       scene.batch({"--url", url}, lines_of(2)),
      scene.batch({"--url", url, "-"}, lines_of(2)), scene.batch({"-0", "--url", url}, with_nul),
      scene.batch({"-0", "--url", url, nul_file}),   run("/bin/sh", redirected)};
  for (const Outcome& outcome : outcomes) {
    CHECK(outcome.status == 0);
    CHECK(outcome.out.empty());
    CHECK(err_of_batch(outcome).empty());
  }
  const Words requests = server.requests();
  REQUIRE(requests.size() == 2 * std::size(outcomes));
  for (std::size_t i = 0; i < requests.size(); i += 2) {
    CHECK(pushed_entries({requests[i], requests[i + 1]}) == entries_of(2));
  }
}

TEST_CASE("of a file with lines that are no events nothing is sent, and each is named") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  const Outcome two =
      scene.batch_file(line_of(0) + "\n[1]\n\n" + R"({"event":"x","timestamp": -1})" + '\n',
                       {"--url", at(server.port())});
  CHECK(two.status == 65);
  CHECK(two.out.empty());
  CHECK(two.err ==
        error(scene.file + ":2:1: expected a JSON object") +
            error(scene.file + ":4:27: timestamp: expected UNIX seconds with at most nine "
                               "decimals, or a time such as 2023-11-14T22:13:20Z, got \"-1\"") +
            error(scene.file + ": 2 of 4 lines are invalid and nothing was sent; "
                               "fix them, or send the rest with --skip-invalid"));

  std::string many, complaints;
  for (int n = 1; n <= 13; ++n) {
    many += "x\n";
    complaints +=
        n > 10
            ? ""
            : error(scene.file + ':' + std::to_string(n) + ":1: not valid JSON: unexpected \"x\"");
  }
  const Outcome thirteen = scene.batch_file(many, {"--url", at(server.port())});
  CHECK(thirteen.status == 65);
  CHECK(thirteen.err ==
        complaints + error(scene.file + ": further errors of this kind are only counted") +
            error(scene.file + ": 13 of 13 lines are invalid and nothing was sent; fix them, "
                               "or send the rest with --skip-invalid"));
  CHECK(server.requests().empty());
}

TEST_CASE("--skip-invalid sends the rest, says what it left out, and still ends with 65") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  const std::string text = "x\n" + line_of(0) + "\n{}\n" + line_of(1);
  const Words words{"--skip-invalid", "--url", at(server.port())};
  const std::string missing = R"(the member "event", which names the event, is missing)";
  const auto said = [&missing](const std::string& name) {
    return error(name + ":1:1: not valid JSON: unexpected \"x\"") +
           error(name + ":3:1: " + missing) +
           error("not all of " + name + " was sent: delivered 2, spooled 0, refused 0, invalid 2");
  };
  const Outcome of_file = scene.batch_file(text, words);
  CHECK(of_file.status == 65);
  CHECK(of_file.err == said(scene.file));
  const Outcome of_pipe = scene.batch(words, text);
  CHECK(of_pipe.status == 65);
  CHECK(of_pipe.err == said("stdin"));
  const Words arrived = pushed_entries(server.requests());
  REQUIRE(arrived.size() == 4);
  CHECK(Words{arrived.begin(), arrived.begin() + 2} == entries_of(2));
  CHECK(Words{arrived.begin() + 2, arrived.end()} == entries_of(2));
}

TEST_CASE("a line that is no event any more when its turn comes is left out, and counted") {
  const Scene scene;
  std::string text = lines_of(2) + std::string(200'000, '\n');
  const std::size_t end = text.size();
  text += line_of(2) + '\n';
  const RawServer server{{{.answer = [&](const std::string&) {
    std::fstream{scene.file}.seekp(static_cast<std::streamoff>(end)) << "x";
    return accepted;
  }}}};
  const Outcome outcome =
      scene.batch_file(text, {"--skip-invalid", "--url", at(server.port()), "--retries", "0"});
  CHECK(outcome.status == 65);
  CHECK(outcome.err == error(scene.file + ":200003:1: not valid JSON: unexpected \"x\"") +
                           error("not all of " + scene.file +
                                 " was sent: delivered 2, spooled 0, refused 0, invalid 1"));
  CHECK(pushed_entries(server.requests()) == entries_of(2));
}

TEST_CASE("a line of a pipe that is no event ends it, and what came before arrives") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  const Outcome outcome =
      scene.batch({"--url", at(server.port())}, lines_of(2) + "x\n" + line_of(2));
  CHECK(outcome.status == 65);
  CHECK(outcome.err ==
        error("stdin:3:1: not valid JSON: unexpected \"x\"") +
            error("stdin: line 3 is not a valid event, so the batch ended there: delivered 2, "
                  "spooled 0, refused 0, invalid 1"));
  CHECK(pushed_entries(server.requests()) == entries_of(2));
}

TEST_CASE("a declared event is validated by its declaration") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  const fs::path events = scene.directory.path() / "declared";
  fs::create_directory(events);
  write_file(events / "disk_full.json",
             R"({"type":"object","properties":{"percent":{"type":"integer","maximum":100}},)"
             R"("required":["percent"]})");
  const Words words{"--events", events, "--url", at(server.port())};
  const std::string good = R"({"timestamp":1,"event":"disk_full","percent":99.0})";
  const Outcome bad =
      scene.batch_file(good + '\n' + R"({"event":"disk_full","percent": 101})" + '\n', words);
  CHECK(bad.status == 65);
  CHECK(has(bad.err, scene.file + ":2:33: percent: expected "));
  CHECK(server.requests().empty());
  CHECK(scene.batch_file(good, words).status == 0);
  CHECK(pushed_entries(server.requests()) ==
        Words{entry_at(1'000'000'000, R"({"timestamp":1,"event":"disk_full","percent":99})")});

  write_file(events / "disk_full.json", "{");
  const Outcome broken = scene.batch_file(good, words);
  CHECK(broken.status == 65);
  CHECK(has(broken.err, scene.file + ":1:24: " + (events / "disk_full.json").string()));
}

TEST_CASE("entry times are exact, ties are made distinct in order, the same each time") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  const auto line = [](const std::string& time, int n) {
    return R"({"timestamp":)" + time + R"(,"event":"thing","n":)" + std::to_string(n) + '}';
  };
  std::string text;
  int n = 0;
  for (const char* const time :
       {"1700000000.000000001", "1700000000.000000001", "1700000000.000000001",
        "1700000000.000000002", "1700000000.999999999", "1700000000"}) {
    text += line(time, n++) + '\n';
  }
  Words expected;
  const std::int64_t second = 1'700'000'000'000'000'000;
  expected.push_back(entry_at(second, line("1700000000", 5)));
  expected.push_back(entry_at(second + 1, line("1700000000.000000001", 0)));
  expected.push_back(entry_at(second + 2, line("1700000000.000000001", 1)));
  expected.push_back(entry_at(second + 3, line("1700000000.000000001", 2)));
  expected.push_back(entry_at(second + 4, line("1700000000.000000002", 3)));
  expected.push_back(entry_at(second + 999'999'999, line("1700000000.999999999", 4)));
  for (int run = 0; run < 2; ++run) {
    CHECK(scene.batch_file(text, {"--url", at(server.port())}).status == 0);
    REQUIRE(server.requests().size() == static_cast<std::size_t>(run) + 1);
    CHECK(pushed_entries(server.requests().back()) == expected);
  }
  CHECK(scene.batch_file(text, {"--url", at(server.port()), "--entry-time", "event"}).status == 0);
  CHECK(pushed_entries(server.requests().back()) == expected);
}

TEST_CASE("--entry-time now stamps them with the present, each with a time of its own") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  CHECK(scene.batch_file(lines_of(3), {"--url", at(server.port()), "--entry-time", "now"}).status ==
        0);
  REQUIRE(server.requests().size() == 1); // they are no hour apart now
  const Words entries = pushed_entries(server.requests());
  REQUIRE(entries.size() == 3);
  std::set<std::string> times;
  const std::regex time{R"re("entry_time_ns":"(\d+)")re"};
  for (const std::string& entry : entries) {
    std::smatch found;
    REQUIRE(std::regex_search(entry, found, time));
    CHECK(found[1].str() > "1764000000000000000");
    times.insert(found[1]);
  }
  CHECK(times.size() == 3);
  CHECK(has(entries[0], R"(\"timestamp\":1700000000,)"));
}

TEST_CASE("an entry that is refused is found and named, and all others arrive") {
  const Scene scene;
  const RawServer server{{{.answer = refuse_bad}}};
  std::string text;
  Words good;
  for (int n = 0; n < 20; ++n) {
    const std::string more = n == 6 ? R"(,"x":"bad")" : "";
    const std::string line =
        R"({"timestamp":)" + std::to_string(n) + R"(,"event":"thing")" + more + '}';
    text += line + '\n';
    if (more.empty()) {
      good.push_back(entry_at(n * 1'000'000'000LL, line));
    }
  }
  const Outcome outcome = scene.batch_file(text, {"--url", at(server.port())});
  CHECK(outcome.status == 65);
  CHECK(outcome.err ==
        error(scene.file + ":7: " + at(server.port()) +
              " refused it: HTTP status 400, \"nobody wants it\"; the receiver refused the event") +
            error("not all of " + scene.file +
                  " was sent: delivered 19, spooled 0, refused 1, invalid 0"));
  Words arrived;
  for (const std::string& request : server.requests()) {
    const Words entries = pushed_entries(request);
    if (std::ranges::none_of(entries, [](const std::string& one) { return has(one, "bad"); })) {
      arrived.insert(arrived.end(), entries.begin(), entries.end());
    }
  }
  CHECK(arrived == good);
}

TEST_CASE("a receiver that is busy is tried again") {
  const Scene scene;
  const RawServer server{{{.reply = http_reply(503, "Service Unavailable")},
                          {.reply = http_reply(429, "Too Many Requests")},
                          {.reply = accepted}}};
  CHECK(scene.batch_file(lines_of(2), {"--url", at(server.port()), "--retries", "2"}).status == 0);
  const Words requests = server.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests[1] == requests[0]);
  CHECK(requests[2] == requests[0]);
  CHECK(pushed_entries({requests[2], requests[3]}) == entries_of(2));
}

TEST_CASE("what somebody has to fix ends it, and it says from which line on nothing is sent") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}, {.reply = http_reply(401, "Unauthorized")}}};
  const Outcome outcome = scene.batch_file(lines_of(4), {"--url", at(server.port())});
  CHECK(outcome.status == 77);
  CHECK(outcome.err.starts_with("metrics-event: error: cannot deliver to " + at(server.port()) +
                                ": HTTP status 401"));
  CHECK(outcome.err.ends_with("; delivered 1, spooled 0, refused 0, invalid 0; lines from 2 on "
                              "were not sent; send them with tail -n +2 FILE | metrics-event "
                              "batch\n"));
  CHECK(server.requests().size() == 2);
  const Outcome secretless =
      scene.batch_file(lines_of(1), {"--url", at(server.port()), "--username", "x",
                                     "--password-file", scene.directory.path() / "missing"});
  CHECK(secretless.status == 66);
  CHECK(has(secretless.err, "invalid 0; lines from 1 on were not sent\n"));
  CHECK(server.requests().size() == 2);
}

TEST_CASE("without a spool, a receiver that is down ends it at its first line") {
  const Scene scene;
  const ClosedPort closed;
  const Words words{"--url", at(closed.port())};
  const std::string what =
      "cannot deliver to " + at(closed.port()) + ": 127.0.0.1:" + std::to_string(closed.port()) +
      ": connection refused; check that the receiver is running; delivered 0, spooled "
      "0, refused 0, invalid 0; lines from 1 on were not sent";
  const Outcome outcome = scene.batch_file(lines_of(3), words);
  CHECK(outcome.status == 69);
  CHECK(outcome.err == error(what));
  Invocation forgiven = scene.invocation({scene.file, "--url", at(closed.port()), "--best-effort"});
  forgiven.environment.erase("METRICS_EVENT_QUIET");
  const Outcome excused = run(program, forgiven);
  CHECK(excused.status == 0);
  CHECK(excused.err.ends_with("metrics-event: warning: " + what + '\n'));
}

TEST_CASE("with a spool, what cannot be delivered is kept with one warning, and flushed once") {
  const Scene scene;
  std::optional<ClosedPort> closed{std::in_place};
  const std::string url = at(closed->port());
  write_file(scene.file, lines_of(5));
  Invocation batch = scene.invocation({scene.file, "--url", url, "--spool", scene.spool});
  batch.environment.erase("METRICS_EVENT_QUIET");
  const Outcome kept = run(program, batch);
  CHECK(kept.status == 0);
  CHECK(kept.out.empty());
  CHECK(kept.err.starts_with(
      "metrics-event: warning: " + scene.file +
      ":1: the entry time is more than 7 days old; Loki refuses it, and "
      "VictoriaLogs and agents in front of Loki accept and lose it; the same may "
      "be true of later lines\nmetrics-event: warning: events that cannot be "
      "delivered are kept in the spool \"" +
      scene.spool + "\": cannot deliver to " + url +
      ": 127.0.0.1:" + std::to_string(closed->port()) +
      ": connection refused; check that the receiver is running\n"
      "metrics-event: delivered 0, spooled 5, refused 0, invalid 0 in "));
  CHECK(scene.waiting() == 5);
  const RawServer server{*std::exchange(closed, std::nullopt), {{.reply = accepted}}};
  const Outcome flushed =
      run(program, {.arguments = {"flush", "--spool", scene.spool, "--config", "none"}});
  CHECK(flushed.status == 0);
  CHECK(flushed.out == "delivered 5, refused 0, left 0\n");
  CHECK(pushed_entries(server.requests()) == entries_of(5));
}

TEST_CASE("with a spool, what somebody has to fix is kept as well, and still is an error") {
  for (const int status : {260, 401}) {
    CAPTURE(status);
    const Scene scene;
    const RawServer server{{{.reply = accepted}, {.reply = http_reply(status, "No")}}};
    const Outcome outcome = scene.batch_file(
        lines_of(4), {"--url", at(server.port()), "--spool", scene.spool, "--output", "json"});
    CHECK(outcome.status == 77);
    CHECK(outcome.out.starts_with(R"({"exit_code":77,"url":")" + at(server.port()) +
                                  R"(","delivered":1,"spooled":3,"refused":0,"invalid":0,)"));
    CHECK(has(outcome.out, R"("error":{"kind":"noperm",)"));
    CHECK(scene.waiting() == 3);
    CHECK(server.requests().size() == 2);
  }
}

TEST_CASE("a spool that is full ends it with the line that had no room") {
  const Scene scene;
  const ClosedPort closed;
  const Outcome outcome = scene.batch_file(lines_of(9), {"--url", at(closed.port()), "--spool",
                                                         scene.spool, "--spool-max-bytes", "1000"});
  CHECK(outcome.status == 73);
  const std::size_t waiting = scene.waiting();
  CHECK(waiting > 0);
  CHECK(waiting < 9);
  const std::string next = std::to_string(waiting + 1);
  CHECK(outcome.err.ends_with("; delivered 0, spooled " + std::to_string(waiting) +
                              ", refused 0, invalid 0; lines from " + next +
                              " on were not sent; send them with tail -n +" + next +
                              " FILE | metrics-event batch\n"));
}

TEST_CASE("at a signal, the push that is at the receiver completes, and it says what arrived") {
  for (const bool has_spool : {false, true}) {
    CAPTURE(has_spool);
    std::binary_semaphore has_arrived{0}, go_on{0};
    const Scene scene;
    const RawServer server{{{.answer = [&](const std::string&) {
      has_arrived.release();
      static_cast<void>(go_on.try_acquire_for(20s));
      return accepted;
    }}}};
    write_file(scene.file, lines_of(4));
    Words words{scene.file, "--url", at(server.port()), "--timeout", "1h"};
    if (has_spool) {
      words.insert(words.end(), {"--spool", scene.spool});
    }
    Background batch{program, scene.invocation(words)};
    REQUIRE(has_arrived.try_acquire_for(20s));
    batch.signal(SIGINT);
    go_on.release();
    const Outcome outcome = batch.wait(20s);
    CHECK(outcome.status == 128 + SIGINT);
    // With a spool, what was read already is kept.
    CHECK(outcome.err ==
          (has_spool
               ? error("interrupted; delivered 1, spooled 1, refused 0, invalid 0; lines from "
                       "3 on were not sent; send them with tail -n +3 FILE | metrics-event "
                       "batch")
               : error("interrupted; delivered 1, spooled 0, refused 0, invalid 0; lines from "
                       "2 on were not sent; send them with tail -n +2 FILE | metrics-event "
                       "batch")));
    CHECK(pushed_entries(server.requests()) == entries_of(1));
    CHECK(scene.waiting() == (has_spool ? 1 : 0));
  }
}

TEST_CASE("a signal ends the wait between two attempts") {
  const Scene scene;
  const RawServer busy{{{.reply = http_reply(503, "Busy", "", {"Retry-After: 600"})}}};
  write_file(scene.file, lines_of(3));
  Background batch{program, scene.invocation({scene.file, "--url", at(busy.port()), "--timeout",
                                              "1h", "--retries", "2"})};
  await([&] { return !busy.requests().empty(); });
  batch.signal(SIGTERM);
  const Outcome outcome = batch.wait(20s);
  CHECK(outcome.status == 128 + SIGTERM);
  CHECK(outcome.err ==
        error("interrupted; delivered 0, spooled 0, refused 0, invalid 0; lines from 1 on were not "
              "sent, but 1 of these events may have been stored"));
  CHECK(busy.requests().size() == 1);
}

TEST_CASE("lines are sent as they come through a pipe, and a signal ends the wait for more") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  Source source{scene.directory.path() / "fifo"};
  Invocation invocation = scene.invocation({"--url", at(server.port())});
  invocation.arguments.insert(invocation.arguments.begin(),
                              {"-c", R"(fifo=$1; shift; exec "$@" <"$fifo")", "sh",
                               scene.directory.path() / "fifo", program});
  Background batch{"/bin/sh", invocation};
  source.write(line_of(0) + '\n' + line_of(1).substr(0, 10));
  await([&] { return server.requests().size() == 1; });
  CHECK(pushed_entries(server.requests()) == entries_of(1));
  source.write(line_of(1).substr(10) + '\n');
  await([&] { return server.requests().size() == 2; });
  CHECK(pushed_entries(server.requests()) == entries_of(2));
  batch.signal(SIGINT);
  const Outcome outcome = batch.wait(20s);
  CHECK(outcome.status == 128 + SIGINT);
  CHECK(outcome.err == error("interrupted; delivered 2, spooled 0, refused 0, invalid 0; "
                             "lines from 3 on were not sent"));
}

TEST_CASE("what comes without a long pause is sent all the same, and the end of a FIFO ends it") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  Source source{scene.directory.path() / "fifo"};
  Background batch{program, scene.invocation({scene.directory.path() / "fifo", "--url",
                                              at(server.port()), "--entry-time", "now"})};
  int written = 0;
  while (server.requests().empty() && written < 900) { // a full push would go anyway
    source.write(line_of(written++) + '\n');
    CHECK(run(program, {.arguments = {"--version"}}).status == 0); // the pace of the writer
  }
  CHECK(server.requests().size() == 1);
  source.end();
  CHECK(batch.wait(20s).status == 0);
  CHECK(pushed_entries(server.requests()).size() == static_cast<std::size_t>(written));
}

TEST_CASE("with a spool, a receiver that was down is tried again, and takes what comes then") {
  const Scene scene;
  const RawServer server{{{.reply = http_reply(503, "Service Unavailable")}, {.reply = accepted}}};
  Source source{scene.directory.path() / "fifo"};
  Background batch{
      program, scene.invocation({scene.directory.path() / "fifo", "--url", at(server.port()),
                                 "--retries", "0", "--spool", scene.directory.path() / "spool"})};
  source.write(line_of(0) + '\n');
  await([&] { return server.requests().size() == 1; });
  source.write(line_of(1) + '\n'); // which goes a second later, as the receiver may be tried then
  await([&] { return server.requests().size() == 2 || scene.waiting() == 2; });
  source.write(line_of(2) + '\n');
  await([&] { return server.requests().size() >= 2; });
  source.end();
  CHECK(batch.wait(20s).status == 0);
  const Words arrived = pushed_entries(server.requests());
  CHECK(arrived.back() == entry_of(2));
  CHECK(scene.waiting() + arrived.size() - 1 == 3);
}

TEST_CASE("lines go into a file as they are") {
  const Scene scene;
  const std::string log = scene.directory.path() / "log";
  CHECK(scene.batch_file(lines_of(3), {"--url", "file://" + log}).status == 0);
  CHECK(read_file(log) == lines_of(3));
  const Outcome missing = scene.batch_file(
      lines_of(3), {"--url", "file://" + (scene.directory.path() / "none/log").string()});
  CHECK(missing.status == 73);
  CHECK(missing.err.ends_with("; delivered 0, spooled 0, refused 0, invalid 0; lines from 1 on "
                              "were not sent\n"));
}

TEST_CASE("a dry run prints the pushes, and a disabled tool only validates") {
  const Scene scene;
  const ClosedPort closed;
  const Words to_closed{"--url", at(closed.port()), "--spool", scene.spool};
  const auto body = [](int n) {
    return R"({"streams":[{"stream":{"job":"metrics"},"values":[[")" +
           std::to_string(1'700'000'000 + 3600 * n) + R"(000000000","{\"timestamp\":)" +
           std::to_string(1'700'000'000 + 3600 * n) + R"(,\"event\":\"thing\"}"]]}]})" + '\n';
  };
  Words words = to_closed;
  words.emplace_back("--dry-run");
  const Outcome dry = scene.batch_file(lines_of(2), words);
  CHECK(dry.status == 0);
  CHECK(dry.out == body(0) + body(1));
  CHECK(scene.batch_file(lines_of(2), {"--url", "file:///dev/null", "--dry-run"}).out ==
        lines_of(2));
  words.back() = "--disabled";
  const Outcome disabled = scene.batch_file(lines_of(2), words);
  CHECK(disabled.status == 0);
  CHECK(disabled.out.empty());
  CHECK(scene.batch_file("x\n", words).status == 65);
  CHECK(scene.waiting() == 0);
}

TEST_CASE("the result object has the counts, whatever the outcome") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  const auto begin = [&server](int status, const std::string& counts) {
    return R"({"exit_code":)" + std::to_string(status) + R"(,"url":")" + at(server.port()) +
           R"(",)" + counts + R"(,"elapsed_ms":)";
  };
  const Words words{"--url", at(server.port()), "--output", "json"};
  const Outcome good = scene.batch_file(lines_of(2), words);
  CHECK(good.out.starts_with(begin(
      0, R"("delivered":2,"spooled":0,"refused":0,"invalid":0,"repeated":0,"confirmed":null)")));
  CHECK(good.out.ends_with(",\"error\":null}\n"));
  const Outcome bad = scene.batch(words, line_of(0) + "\nx\n");
  CHECK(bad.status == 65);
  CHECK(bad.out.starts_with(begin(
      65, R"("delivered":1,"spooled":0,"refused":0,"invalid":1,"repeated":0,"confirmed":null)")));
  CHECK(has(bad.out, R"("error":{"kind":"data","message":"stdin: line 2 is not a valid event)"));
  const Outcome missing = scene.batch({"--output", "json", scene.file + "-missing"});
  CHECK(missing.status == 66);
  CHECK(has(missing.out, R"("error":{"kind":"noinput",)"));
  CHECK(has(missing.out, R"("url":"http://localhost:3100/loki/api/v1/push")"));
}

TEST_CASE("an input that cannot be read is said") {
  const Scene scene;
  const Outcome missing = scene.batch({scene.file});
  CHECK(missing.status == 66);
  CHECK(missing.err == error("cannot read \"" + scene.file + "\": no such file or directory"));
  const Outcome directory = scene.batch({scene.directory.path()});
  CHECK(directory.status == 66);
  CHECK(directory.err ==
        error("cannot read \"" + scene.directory.path().string() + "\": is a directory"));
  Invocation closed = scene.invocation({});
  closed.closed = {0};
  const Outcome unreadable = run(program, closed);
  CHECK(unreadable.status == 74);
  CHECK(unreadable.err == error("cannot read stdin: bad file descriptor"));
}

TEST_CASE("what lines may be, and what they may not") {
  const std::string event = R"({"event":"thing","timestamp":1})";
  const std::string long_text(1024UL * 1024, 'x');
  struct Row {
    std::string text;
    std::string lines;
    std::string error;
  };
  const std::string sent = R"({"timestamp":1,"event":"thing"})"
                           "\n";
  const std::string unfinished = "; it is the last line and has no newline at its end, so it may "
                                 "be unfinished and is left out";
  const Row rows[]{
      {"", "", ""},
      {"\n \n\t\r\n", "", ""},
      {event, sent, ""},
      {event + "\r\n\r\n" + event + "\r\n", sent + sent, ""},
      {"\n\n" + event.substr(0, 9), "", ":3:10: incomplete JSON" + unfinished},
      {event + '\n' + event.substr(0, 9), sent, ":2:10: incomplete JSON" + unfinished},
      {"\xEF\xBB\xBF" + event, sent, ""},
      {"\xEF\xBB\xBF" + event + "\n\xEF\xBB\xBF" + event + "\n\xEF\xBB\xBF\n", sent + sent, ""},
      {"{\"event\":\"thing\",\"x\":\"\xe9t\xe9\"}\n", "",
       ":1:23: not valid JSON: the byte \"\\xe9\" is not UTF-8; if the text is Latin-1, convert it "
       "with iconv -f LATIN1 -t UTF-8"},
      {R"({"event":"thing","x":NaN})"
       "\n",
       "", ":1:22: \"NaN\" is not a JSON number; write null or leave it out"},
      {R"({"event":"thing","x":.5})"
       "\n",
       "", ":1:22: \".5\" is not a JSON number; write \"0.5\""},
      {R"({"event":"thing","x":"\udce9"})"
       "\n",
       "",
       ":1:29: not valid JSON: \"\\udce9\" is half a surrogate pair; write both halves or "
       "leave it out"},
      {R"({"event":"thing","x":")" + long_text + "\"}\n", "",
       ":1:1: the line is longer than 1048576 bytes"},
      {R"({"event":"thing"}{})"
       "\n",
       "", ":1:18: unexpected \"{\" after the JSON value"}};
  const Scene scene;
  for (const Row& row : rows) {
    CAPTURE(row.text.substr(0, 80));
    const Outcome outcome = scene.batch_file(row.text, {"--dry-run", "--url", "file:///dev/null"});
    CHECK(outcome.out == row.lines);
    CHECK(outcome.status == (row.error.empty() ? 0 : 65));
    CHECK(outcome.err.substr(0, outcome.err.find('\n') + 1) ==
          (row.error.empty() ? "" : error(scene.file + row.error)));
  }
}

TEST_CASE("an input of another form is called what it is, with what makes it text") {
  const Scene scene;
  const std::string event = R"({"event":"thing"})"
                            "\n";
  std::string little, big;
  for (const char c : event) {
    little += {c, '\0'};
    big += {'\0', c};
  }
  const std::string one = ", but one object per line is expected";
  const std::string gzip = "\x1f\x8b\x08" + event;
  const auto said = [](const std::string& name, const std::string& form,
                       const std::string& decoder) {
    return error(name + ":1:1: the input is " + form + "; send it with " + decoder +
                 " FILE | metrics-event batch");
  };
  const std::vector<std::pair<std::string, std::string>> rows{
      {gzip, said(scene.file, "compressed with gzip", "zcat")},
      {"BZh91AY&SY\n", said(scene.file, "compressed with bzip2", "bzcat")},
      {"\xff\xfe" + little, said(scene.file, "UTF-16", "iconv -f UTF-16 -t UTF-8")},
      {little, said(scene.file, "UTF-16", "iconv -f UTF-16LE -t UTF-8")},
      {big, said(scene.file, "UTF-16", "iconv -f UTF-16BE -t UTF-8")},
      {"[" + event, said(scene.file, "a JSON array" + one, "jq -c '.[]'")},
      {" [\r\n" + event, said(scene.file, "a JSON array" + one, "jq -c '.[]'")},
      {"{\n" + event, said(scene.file, "a JSON object that spans several lines" + one, "jq -c .")}};
  for (const auto& row : rows) {
    CAPTURE(row.second);
    for (const Words& more : {Words{"--dry-run"}, Words{"--dry-run", "--skip-invalid"}}) {
      const Outcome outcome = scene.batch_file(row.first + event, more);
      CHECK(outcome.status == 65);
      CHECK(outcome.out.empty());
      CHECK(outcome.err == row.second);
    }
  }
  const Outcome piped = scene.batch({"--dry-run"}, gzip);
  CHECK(piped.status == 65);
  CHECK(piped.err == said("stdin", "compressed with gzip", "zcat"));
  const Outcome log = scene.batch_file("[INFO] started\n" + event, {"--dry-run", "--skip-invalid"});
  CHECK(has(log.out, "thing"));
  const Outcome later = scene.batch_file(event + gzip, {"--dry-run"});
  CHECK(has(later.err, ":2:1: not valid JSON: unexpected \"\\x1f\""));
}

TEST_CASE("an unfinished last line is named for what ends lines, and the others are sent") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  const Outcome outcome =
      scene.batch_file(lines_of(2) + R"({"event":"thing","n)", {"--url", at(server.port())});
  CHECK(outcome.status == 65);
  CHECK(outcome.err ==
        error(scene.file + ":3:20: incomplete JSON; it is the last line and has no "
                           "newline at its end, so it may be unfinished and is left out") +
            error("not all of " + scene.file +
                  " was sent: delivered 2, spooled 0, refused 0, invalid 1"));
  CHECK(pushed_entries(server.requests()) == entries_of(2));
  const Outcome by_nul = scene.batch_file(R"({"event":"thing","n)", {"--null", "--dry-run"});
  CHECK(has(by_nul.err, "it is the last line and has no NUL at its end"));
}

TEST_CASE("on a terminal, a batch that takes more than a second shows its progress") {
  const Descriptor terminal{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
  if (!terminal) {
    MESSAGE("SKIPPED: no pseudo-terminals here");
    return;
  }
  REQUIRE(::grantpt(terminal.get()) == 0);
  REQUIRE(::unlockpt(terminal.get()) == 0);
  const std::string name = ::ptsname(terminal.get());
  const Descriptor its_end{check(::open(name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC), "open")};
  const winsize room{.ws_row = 24, .ws_col = 60, .ws_xpixel = 0, .ws_ypixel = 0};
  check(::ioctl(terminal.get(), TIOCSWINSZ, &room), "ioctl");
  const Scene scene;
  const RawServer server{{{.reply = http_reply(429, "Busy", "", {"Retry-After: 1"})},
                          {.reply = accepted},
                          {.reply = accepted},
                          {.reply = http_reply(400, "Bad Request", "no\n")}}};
  write_file(scene.file, lines_of(3));
  Invocation invocation = scene.invocation(
      {scene.file, "--url", at(server.port()), "--retries", "1", "--entry-time", "event"});
  invocation.environment.erase("METRICS_EVENT_QUIET");
  invocation.environment["TERM"] = "xterm";
  invocation.arguments.insert(invocation.arguments.begin(),
                              {"-c", R"(tty=$1; shift; exec "$@" 2>"$tty")", "sh", name, program});
  CHECK(run("/bin/sh", invocation).status == 65);
  // What was written to a terminal may arrive in parts, and after its writer has ended.
  std::string shown;
  pollfd readable{terminal.get(), POLLIN, 0};
  while (!shown.ends_with("invalid 0\r\n") &&
         poll_until({&readable, 1}, std::chrono::steady_clock::now() + 20s)) {
    std::array<char, 4096> part{};
    const ssize_t size = check(::read(terminal.get(), part.data(), part.size()), "read");
    shown.append(part.data(), static_cast<std::size_t>(size));
  }
  const std::string warning = shown.substr(0, shown.find('\n') + 1);
  CHECK(has(warning, ":1: the entry time is more than 7 days old"));
  const std::string_view rest = std::string_view{shown}.substr(warning.size());
  const std::size_t end = rest.find("\x1b[K");
  const std::string line{rest.substr(1, end - 1)};
  CAPTURE(line);
  CHECK(rest.starts_with("\rbatch  33 %  ["));
  CHECK(has(line, "]  1 of 3  "));
  CHECK(line.ends_with(" left"));
  CHECK(line.size() == 57);
  CHECK(has(shown, "\r\x1b[K" + error(scene.file + ":3: " + at(server.port()) +
                                      " refused it: HTTP status 400, \"no\"; the receiver refused "
                                      "the event\r")));
  CHECK(shown.ends_with("metrics-event: error: not all of " + scene.file +
                        " was sent: delivered 2, spooled 0, refused 1, invalid 0\r\n"));
}

TEST_CASE("a batch ends with a summary on a terminal, and none in a pipe when it was short") {
  const Scene scene;
  write_file(scene.file, lines_of(3));
  const RawServer server{{{.reply = accepted}}};
  Invocation invocation = scene.invocation({scene.file, "--url", at(server.port())});
  invocation.environment["METRICS_EVENT_QUIET"] = "false";
  if (Terminal::exist()) {
    Terminal terminal{program, invocation};
    terminal.expect("metrics-event: delivered 3, spooled 0, refused 0, invalid 0 in 0.");
    terminal.expect(" s\r\n");
  }
  CHECK(run(program, invocation).err.find("delivered 3") == std::string::npos);
}

TEST_CASE("what the operator has written, in whatever version, arrives") {
  const Scene scene;
  const RawServer server{{{.reply = accepted}}};
  const std::string fixtures = source_directory + "/tests/fixtures/";
  const Outcome outcome =
      scene.batch({fixtures + "github-runner-metrics.log", "--url", at(server.port())});
  CHECK(outcome.status == 0);
  CHECK(err_of_batch(outcome).empty());
  Words expected;
  std::istringstream arrived{read_file(fixtures + "github-runner-metrics.arrived")};
  for (std::string line; std::getline(arrived, line);) {
    const std::size_t space = line.find(' ');
    expected.push_back(entry_at(std::stoll(line.substr(0, space)), line.substr(space + 1)));
  }
  CHECK(expected.size() == 12);
  CHECK(pushed_entries(server.requests()) == expected);
}

TEST_CASE("best effort excuses lines that are no events and entries that are refused") {
  const Scene scene;
  const RawServer server{{{.answer = refuse_bad}}};
  const Words words{"--url", at(server.port()), "--best-effort"};
  const Outcome invalid = scene.batch(words, "x\n");
  CHECK(invalid.status == 0);
  CHECK(invalid.err == error("stdin:1:1: not valid JSON: unexpected \"x\""));
  const Outcome refused = scene.batch_file(line_of(0, R"(,"x":"bad")"), words);
  CHECK(refused.status == 0);
  CHECK(refused.err ==
        error(scene.file + ":1: " + at(server.port()) +
              " refused it: HTTP status 400, \"nobody wants it\"; the receiver refused the event"));
}

TEST_SUITE_END();
