// File URLs: what is in the file afterwards, and what is said when nothing may be put into it.
#include "system/log_file.hpp"

#include "base/exit_code.hpp"
#include "support/descriptor.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <csignal>
#include <future>
#include <memory>
#include <regex>
#include <sstream>
#include <thread>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

// What one event leaves behind.
const std::string line =
    R"({"timestamp":1700000000,"event":"runner_installed","flavor":"small","duration":1})"
    "\n";

Invocation event(const std::string& url, const Words& options = {}) {
  Words words{"runner-installed", "--flavor",   "small", "--duration", "1",
              "--timestamp",      "1700000000", "--url", url};
  words.insert(words.end(), options.begin(), options.end());
  return {.arguments = words, .limit = 4s}; // below the timeout
}

Outcome append(const fs::path& path, const Words& options = {}) {
  return run(program, event("file://" + path.string(), options));
}

// The program, started by another one that takes it as its last arguments.
Outcome append_by(const std::string& starter, const Words& start, const fs::path& path,
                  const Words& options = {}) {
  Invocation invocation = event("file://" + path.string(), options);
  invocation.arguments.insert(invocation.arguments.begin(), program);
  invocation.arguments.insert(invocation.arguments.begin(), start.begin(), start.end());
  return run(starter, invocation);
}

std::string failure(const fs::path& path, const std::string& reason) {
  return "metrics-event: error: cannot append to \"" + path.string() + "\": " + reason + '\n';
}

void check_refused(const Outcome& outcome, const fs::path& path, const std::string& reason) {
  CHECK(outcome.status == 73);
  CHECK(outcome.err == failure(path, reason));
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  testing::check(::stat(path.c_str(), &status), "stat");
  return status.st_mode & 07777;
}

Descriptor opened(const fs::path& path, int flags) {
  return Descriptor{testing::check(::open(path.c_str(), flags | O_CLOEXEC), path.c_str())};
}

Words lines_of(const fs::path& path) {
  std::istringstream text{read_file(path)};
  Words lines;
  for (std::string one; std::getline(text, one);) {
    lines.push_back(one);
  }
  return lines;
}

Deadline soon() {
  return std::chrono::steady_clock::now() + 4s;
}

std::pair<ExitCode, std::string> failure_of(const fs::path& path, const std::string& text,
                                            Deadline deadline) {
  try {
    append_line(path, text, deadline);
  } catch (const Failure& failure) {
    return {failure.code(), failure.text()};
  }
  return {ExitCode::ok, ""};
}

} // namespace

TEST_SUITE_BEGIN("log_file");

TEST_CASE("the line and its newline are all that comes into the file, which everybody can read") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  const Outcome outcome = append_by("/bin/sh", {"-c", "umask 077; exec \"$@\"", "sh"}, path);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.empty());
  CHECK(read_file(path) == line);
  CHECK(mode_of(path) == 0644);
  CHECK(append(path).status == 0);
  CHECK(read_file(path) == line + line);
}

TEST_CASE("a file that is there is appended to, and keeps its mode") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  for (const mode_t mode : {0600U, 0666U}) {
    write_file(path, "before\n");
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK(append(path).status == 0);
    CHECK(read_file(path) == "before\n" + line);
    CHECK(mode_of(path) == mode);
  }
}

TEST_CASE("a file that is rotated or deleted between two events is made again") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  CHECK(append(path).status == 0);
  fs::rename(path, directory.path() / "metrics.log.1");
  CHECK(append(path).status == 0);
  CHECK(read_file(path) == line);
  CHECK(read_file(directory.path() / "metrics.log.1") == line);
  fs::remove(path);
  CHECK(append(path).status == 0);
  CHECK(read_file(path) == line);
}

TEST_CASE("every form of a file URL names its file") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "with space";
  const std::string encoded = directory.path().string() + "/with%20space";
  for (const std::string start : {"file://", "file:", "file://localhost", "FILE://"}) {
    CAPTURE(start);
    write_file(path, "");
    CHECK(run(program, event(start + encoded)).status == 0);
    CHECK(read_file(path) == line);
  }
}

TEST_CASE("a file URL without a path names no file") {
  for (const std::string url : {"file:", "file://"}) {
    const Outcome outcome = run(program, event(url));
    CHECK(outcome.status == 64);
    CHECK(outcome.err == "metrics-event: error: --url: expected a file URL such as "
                         "file:///var/log/metrics.log\n");
  }
}

TEST_CASE("a dry run and a disabled run leave no file behind") {
  const TemporaryDirectory directory;
  for (const std::string option : {"--dry-run", "--disabled"}) {
    CAPTURE(option);
    CHECK(append(directory.path() / "metrics.log", {option}).status == 0);
    CHECK(fs::is_empty(directory.path()));
  }
}

TEST_CASE("what is not a file, or not there, is 73 and said") {
  const TemporaryDirectory directory;
  const fs::path plain = directory.path() / "plain";
  write_file(plain, "before");
  const std::pair<fs::path, std::string> paths[]{
      {directory.path() / "missing" / "metrics.log", "its directory is missing; create it"},
      {plain / "metrics.log", "not a directory"},
      {directory.path(), "it is a directory"},
      {"/", "it is a directory"},
      {directory.path() / std::string(300, 'x'), "file name too long"},
  };
  for (const auto& row : paths) {
    CAPTURE(row.first);
    const Outcome outcome = append(row.first);
    CHECK(outcome.status == 73);
    CHECK(outcome.err.ends_with("\": " + row.second + '\n'));
  }
  check_refused(append(paths[0].first), paths[0].first, paths[0].second);
  CHECK(read_file(plain) == "before");
}

TEST_CASE("without permission for the file or its directory it is 73") {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "file", closed = directory.path() / "closed";
  write_file(file, "before\n");
  fs::create_directory(closed);
  fs::permissions(file, fs::perms::owner_read);
  fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
  for (const fs::path& path : {file, closed / "metrics.log"}) {
    // Root may do everything, unless those capabilities are taken away.
    check_refused(
        geteuid() == 0
            ? append_by("/usr/bin/setpriv", {"--bounding-set=-dac_override,-dac_read_search"}, path)
            : append(path),
        path, "permission denied");
  }
  CHECK(read_file(file) == "before\n");
  CHECK(fs::is_empty(closed));
}

TEST_CASE("best effort turns a file that cannot be written into a warning") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "missing" / "metrics.log";
  const Outcome outcome = append(path, {"--best-effort"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "metrics-event: warning: cannot append to \"" + path.string() +
                           "\": its directory is missing; create it\n");
}

TEST_CASE("a device is taken as it is, and a symbolic link is not followed") {
  const TemporaryDirectory directory;
  const fs::path target = directory.path() / "target";
  const fs::path link = directory.path() / "link", dangling = directory.path() / "dangling";
  write_file(target, "");
  fs::create_symlink(target, link);
  fs::create_symlink(directory.path() / "nowhere", dangling);
  for (const fs::path& path : {link, dangling}) {
    check_refused(append(path), path, "it is a symbolic link; name its target");
  }
  CHECK(read_file(target).empty());
  CHECK_FALSE(fs::exists(directory.path() / "nowhere"));

  CHECK(append("/dev/null").status == 0);
  check_refused(append("/dev/full"), "/dev/full", "no space left on device");
}

TEST_CASE("the names that the system has for open files are taken, unless others made them") {
  for (const std::string path : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    CAPTURE(path);
    CHECK(append(path).out == line);
  }
  CHECK(append("/dev/stderr").err == line);
  CHECK(append("/dev/fd/77").status == 73);

  const TemporaryDirectory shared = TemporaryDirectory::in_memory(); // below /dev
  const fs::path link = shared.path() / "link";
  fs::create_symlink("/proc/self/fd/1", link);
  fs::permissions(shared.path(), fs::perms::all);
  check_refused(append(link), link, "it is a symbolic link; name its target");
}

TEST_CASE("a FIFO is taken only where nobody else could have put it") {
  const TemporaryDirectory directory;
  const fs::path fifo = directory.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0666) == 0);
  const Descriptor reader = opened(fifo, O_RDONLY | O_NONBLOCK);
  for (const mode_t mode : {0700U, 0755U, 01755U}) {
    REQUIRE(::chmod(directory.path().c_str(), mode) == 0);
    CHECK(append(fifo).status == 0);
  }
  const std::string reason =
      "it is a FIFO in a directory that other users may write to; use another directory";
  for (const mode_t mode : {0777U, 01777U, 0770U}) {
    REQUIRE(::chmod(directory.path().c_str(), mode) == 0);
    check_refused(append(fifo), fifo, reason);
  }
  if (geteuid() == 0) { // who can give the directory away
    REQUIRE(::chmod(directory.path().c_str(), 0700) == 0);
    REQUIRE(::chown(directory.path().c_str(), 65534, 65534) == 0);
    check_refused(append(fifo), fifo, reason);
  }
}

TEST_CASE("a batch goes into a FIFO line by line, and into a file at once") {
  const TemporaryDirectory directory;
  const fs::path fifo = directory.path() / "fifo", file = directory.path() / "file";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const Descriptor reader = opened(fifo, O_RDONLY | O_NONBLOCK);
  std::string events;
  while (events.size() <= 4UL * PIPE_BUF) { // far less than a pipe holds
    events += line;
  }
  for (const fs::path& path : {fifo, file}) {
    const Outcome outcome =
        run(program, {.arguments = {"batch", "--url", "file://" + path.string()}, .input = events});
    CHECK(outcome.status == 0);
  }
  std::string bytes(2 * events.size(), '\0');
  CHECK(::read(reader.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(events.size()));
  CHECK(bytes.substr(0, events.size()) == events);
  CHECK(read_file(file) == events);
}

TEST_CASE("a FIFO gets a whole line, if somebody reads it in time") {
  const TemporaryDirectory directory;
  const fs::path fifo = directory.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  check_refused(append(fifo), fifo, "nobody reads the FIFO");

  const Descriptor reader = opened(fifo, O_RDONLY | O_NONBLOCK);
  std::string bytes(PIPE_BUF + 1, '\0');
  const auto read_some = [&] { return ::read(reader.get(), bytes.data(), bytes.size()); };
  CHECK(append(fifo).status == 0);
  CHECK(bytes.substr(0, static_cast<std::size_t>(read_some())) == line);

  append_line(fifo, std::string(PIPE_BUF - 1, 'x'), soon());
  CHECK(read_some() == PIPE_BUF);
  CHECK(
      failure_of(fifo, std::string(PIPE_BUF, 'x'), soon()) ==
      std::pair{ExitCode::data, "cannot append to \"" + fifo.string() +
                                    "\": the line has 4097 bytes, and a FIFO takes 4096 at once"});
  CHECK(append(fifo, {"--label", "x=y"}).status == 0);
  CHECK(read_some() == static_cast<ssize_t>(line.size())); // nothing of the long one before it

  const Descriptor writer = opened(fifo, O_WRONLY | O_NONBLOCK);
  const std::string page(PIPE_BUF, 'x');
  while (::write(writer.get(), page.data(), page.size()) > 0) {
  }
  const Outcome late = append(fifo, {"--timeout", "300ms"});
  CHECK(late.status == 75);
  CHECK(late.err == failure(fifo, "nobody read it in time; try again later"));
  Background waiting{program, event("file://" + fifo.string())};
  while (::read(reader.get(), bytes.data(), bytes.size()) > 0) {
  }
  CHECK(waiting.wait(4s).status == 0);
}

TEST_CASE("the result object of a file has no HTTP status") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  const auto result = [](const Outcome& outcome) {
    return std::regex_replace(outcome.out, std::regex{R"("entry_time_ns":"\d+"|"elapsed_ms":\d+)"},
                              "\"time\":0");
  };
  const auto expected = [](const fs::path& file, const std::string& status, int code,
                           const std::string& error) {
    return R"({"status":")" + status + R"(","exit_code":)" + std::to_string(code) + R"(,"event":)" +
           line.substr(0, line.size() - 1) +
           R"(,"labels":{"job":"metrics"},"time":0,"url":"file://)" + file.string() +
           R"(","delivered":)" + (code == 0 ? "1" : "0") +
           R"(,"spooled":0,"refused":0,"invalid":0,"repeated":0,"confirmed":null,)"
           R"("attempts":1,"http_status":null,"time":0,"error":)" +
           error +
           R"(,"fields_set":["timestamp","flavor","duration"],"computed_fields":["event"],)"
           R"("extra":{}})"
           "\n";
  };
  CHECK(result(append(path, {"--output", "json"})) == expected(path, "delivered", 0, "null"));
  CHECK(read_file(path) == line);
  const fs::path missing = directory.path() / "missing" / "metrics.log";
  CHECK(result(append(missing, {"--output", "json"})) ==
        expected(missing, "failed", 73,
                 R"({"kind":"cantcreat","message":"cannot append to \")" + missing.string() +
                     R"(\": its directory is missing; create it","response":null})"));
  const std::string said =
      std::regex_replace(append(path, {"--verbose"}).err, std::regex{R"(in \d+ ms)"}, "in 0 ms");
  CHECK(said ==
        "metrics-event: delivered runner_installed to file://" + path.string() + " in 0 ms\n");
}

TEST_CASE("a limit on the size of files leaves no half line behind") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  const std::string before = "before\n";
  struct Row {
    std::size_t room;
    std::string reason;
  };
  const Row rows[]{{0, "file too large"},
                   {1, "only a part was written; the disk may be full"},
                   {line.size() - 1, "only a part was written; the disk may be full"}};
  const auto append_within = [&path](std::size_t size) {
    return append_by("/usr/bin/prlimit", {"--fsize=" + std::to_string(size)}, path);
  };
  for (const Row& row : rows) {
    CAPTURE(row.room);
    write_file(path, before);
    check_refused(append_within(before.size() + row.room), path, row.reason);
    CHECK(read_file(path) == before);
  }
  CHECK(append_within(before.size() + line.size()).status == 0);
  CHECK(read_file(path) == before + line);
}

TEST_CASE("a full disk leaves no half line behind") {
  // In a mount namespace the shell has a file system of one page for itself.
  const TemporaryDirectory directory;
  const std::string script = "mount -t tmpfs -o size=4k tmpfs " + directory.path().string() +
                             " 2>/dev/null || exit 99\n" + "cd " + directory.path().string() +
                             "\n" + R"(
{ head -c $(($1 - 1)) /dev/zero | tr '\0' x; echo; } >metrics.log
shift
"$@"
status=$?
wc -c <metrics.log
tail -c 1 metrics.log
exit $status)";
  const fs::path path = directory.path() / "metrics.log";
  const std::pair<std::size_t, std::string> rooms[]{
      {0, "no space left on device"},
      {1, "only a part was written; the disk may be full"},
      {line.size() - 1, "only a part was written; the disk may be full"},
      {line.size(), ""}};
  for (const auto& row : rooms) {
    CAPTURE(row.first);
    const std::size_t before = 4096 - row.first;
    Invocation invocation = event("file://" + path.string());
    invocation.environment["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin";
    const Words start{"--mount", "--map-root-user",      "/bin/sh", "-c", script,
                      "sh",      std::to_string(before), program};
    invocation.arguments.insert(invocation.arguments.begin(), start.begin(), start.end());
    const Outcome outcome = run("/usr/bin/unshare", invocation);
    if (outcome.status == 99 || outcome.err.starts_with("unshare: ")) {
      MESSAGE("SKIPPED: no mount namespaces here");
      return;
    }
    if (row.second.empty()) {
      CHECK(outcome.status == 0);
      CHECK(outcome.out == "4096\n\n");
    } else {
      check_refused(outcome, path, row.second);
      CHECK(outcome.out == std::to_string(before) + "\n\n");
    }
  }
}

TEST_CASE("a part that cannot be taken back is admitted") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  write_file(path, "before\n");
  if (geteuid() != 0 || !fs::exists("/usr/bin/chattr") ||
      run("/usr/bin/chattr", {.arguments = {"+a", path}}).status != 0) {
    MESSAGE("SKIPPED: no append-only files here");
    return;
  }
  const Outcome outcome = append_by("/usr/bin/prlimit", {"--fsize=8"}, path);
  const std::string left = read_file(path);
  CHECK(run("/usr/bin/chattr", {.arguments = {"-a", path}}).status == 0);
  CHECK(outcome.status == 73);
  CHECK(outcome.err ==
        failure(path,
                "only a part was written; the disk may be full; a part of the line remains in it"));
  CHECK(left == "before\n{");
}

TEST_CASE("what another program appends behind a part of our line stays") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  if (!fs::exists("/usr/bin/strace")) {
    MESSAGE("SKIPPED: no strace here");
    return;
  }
  write_file(path, "before\n");
  // Between the write of one byte and what we do about it, strace stops us.
  Invocation invocation = event("file://" + path.string());
  const Words start{"-qq",
                    "-o",
                    "/dev/null",
                    "-P",
                    path,
                    "-e",
                    "trace=write",
                    "-e",
                    "inject=write:signal=SIGSTOP",
                    "/usr/bin/prlimit",
                    "--fsize=8",
                    plain_program};
  invocation.arguments.insert(invocation.arguments.begin(), start.begin(), start.end());
  Background stopped{"/usr/bin/strace", invocation};
  await("a part of the line", [&path] { return read_file(path) == "before\n{"; });
  {
    const Descriptor other = opened(path, O_WRONLY | O_APPEND);
    const std::string theirs = "theirs\n";
    REQUIRE(::write(other.get(), theirs.data(), theirs.size()) ==
            static_cast<ssize_t>(theirs.size()));
  }
  REQUIRE(::kill(-stopped.pid(), SIGCONT) == 0);
  const Outcome outcome = stopped.wait(20s);
  CHECK(outcome.status == 73);
  CHECK(outcome.err ==
        failure(path,
                "only a part was written; the disk may be full; a part of the line remains in it"));
  CHECK(read_file(path) == "before\n{theirs\n");
}

TEST_CASE("many writers at once never interleave, and none is lost") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  constexpr int writers = 8;
  constexpr int events = 5;            // of each process, which is slow to start
  constexpr int lines = 100;           // of each thread
  const std::string filler(5000, 'x'); // more than a page, and than PIPE_BUF
  const std::string script =
      R"(for i in $(seq "$2"); do "$1" runner-installed --duration 1 --timestamp 1700000000 )"
      R"(--flavor "$3$i-$4" --url "file://$5" --timeout 60s || exit; done)";
  Words expected;
  std::vector<std::unique_ptr<Background>> processes;
  std::vector<std::jthread> threads;
  for (int writer = 0; writer < writers; ++writer) {
    const std::string name = std::to_string(writer) + '-';
    const Words words{"-c", script, "sh", program, std::to_string(events), name, filler, path};
    processes.push_back(std::make_unique<Background>(
        "/bin/sh", Invocation{.arguments = words, .environment = {{"PATH", "/usr/bin:/bin"}}}));
    for (int i = 1; i <= events; ++i) {
      expected.push_back(R"({"timestamp":1700000000,"event":"runner_installed","flavor":")" + name +
                         std::to_string(i) + '-' + filler + R"(","duration":1})");
    }
    for (int i = 0; i < lines; ++i) {
      expected.push_back(name + std::to_string(i) + filler);
    }
    threads.emplace_back([&path, &filler, name] {
      for (int i = 0; i < lines; ++i) {
        append_line(path, name + std::to_string(i) + filler, Deadline::max());
      }
    });
  }
  for (const auto& process : processes) {
    const Outcome outcome = process->wait(60s);
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
  }
  threads.clear(); // joins them
  Words found = lines_of(path);
  std::ranges::sort(found);
  std::ranges::sort(expected);
  CHECK(found.size() == expected.size());
  CHECK((found == expected)); // too long to be shown
}

TEST_CASE("a file that another process keeps locked is written to all the same") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  write_file(path, "before\n");
  const Descriptor holder = opened(path, O_RDONLY);
  REQUIRE(::flock(holder.get(), LOCK_EX) == 0);
  const Outcome outcome = append(path, {"--timeout", "300ms"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(read_file(path) == "before\n" + line);
}

TEST_CASE("a line that somebody left without its end is not joined") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  write_file(path, "half a line");
  CHECK(append(path).status == 0);
  CHECK(read_file(path) == "half a line\n" + line);
}

TEST_CASE("flags that mean nothing to a file are warned of") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log";
  const Outcome outcome = append(path, {"--label", "a=b", "--org-id", "x"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "metrics-event: warning: --label: has no effect on a file; leave it out\n"
                       "metrics-event: warning: --org-id: has no effect on a file; leave it out\n");
}

namespace {

// Waits until this process has the file open that often.
void await_openings(const fs::path& path, int wanted) {
  const auto until = testing::Clock::now() + 10s;
  for (int found = 0; found < wanted;) {
    REQUIRE(testing::Clock::now() < until);
    found = 0;
    for (const auto& entry : fs::directory_iterator{"/proc/self/fd"}) {
      std::error_code gone;
      found += fs::equivalent(entry.path(), path, gone) ? 1 : 0;
    }
  }
}

} // namespace

TEST_CASE("a file that is deleted while its lock is waited for is made again") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "metrics.log", rotated = directory.path() / "rotated";
  for (const bool is_deleted : {true, false}) {
    CAPTURE(is_deleted);
    write_file(path, "");
    Descriptor holder = opened(path, O_RDONLY);
    REQUIRE(::flock(holder.get(), LOCK_EX) == 0);
    auto ending =
        std::async(std::launch::async, [&path] { return failure_of(path, "line", soon()); });
    await_openings(path, 2);
    fs::rename(path, rotated); // who reads that reads it to the end
    if (is_deleted) {
      fs::remove(rotated);
    }
    holder.reset();
    CHECK(ending.get() == std::pair{ExitCode::ok, std::string{}});
    CHECK(read_file(is_deleted ? path : rotated) == "line\n");
  }
}

TEST_SUITE_END();
