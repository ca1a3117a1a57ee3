// What becomes of events when the spool is in trouble: no room, no permission, not there, not ours.

#include "spool/record.hpp"
#include "support/another_user.hpp"
#include "support/disk.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/pushed.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

using namespace metrics_event;
using namespace metrics_event::testing;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;
using Script = std::vector<Behaviour>;

namespace {

const Behaviour busy{.reply = http_reply(429, "Too Many Requests")};
const Behaviour good{.reply = http_reply(204, "No Content")};

Behaviour bad(const std::string& reason) {
  return {.reply = http_reply(400, "Bad Request", reason)};
}

// Busy as often as events are to be kept, and then as given.
Script busy_for(std::size_t times, Script then = {good}) {
  then.insert(then.begin(), times, busy);
  return then;
}

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::string url_of(const RawServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}

Invocation sending(const RawServer& server, const std::string& spool_word, const Words& more = {},
                   const std::string& flavor = "small") {
  return {.arguments = joined({"runner-installed", "--flavor", flavor, "--duration", "1", "--url",
                               url_of(server), spool_word, "--retries", "0", "--config", "none"},
                              more)};
}

Invocation flushing(const std::string& spool_word, const Words& more = {}) {
  return {.arguments = joined({"flush", spool_word, "--retries", "0", "--config", "none"}, more)};
}

std::string named(const fs::path& spool) {
  return "--spool=" + spool.string();
}

Outcome send(const RawServer& server, const fs::path& spool, const Words& more = {},
             const std::string& flavor = "small") {
  return run(program, sending(server, named(spool), more, flavor));
}

Outcome flush(const fs::path& spool, const Words& more = {}) {
  return run(program, flushing(named(spool), more));
}

// The program, started by another one that takes it as its last arguments.
Outcome run_by(const std::string& starter, const Words& start, Invocation invocation) {
  invocation.arguments.insert(invocation.arguments.begin(), program);
  invocation.arguments.insert(invocation.arguments.begin(), start.begin(), start.end());
  invocation.environment.emplace("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
  return run(starter, invocation);
}

void keep_events(const RawServer& server, const fs::path& spool, int events) {
  for (int number = 0; number < events; ++number) {
    const Outcome outcome = send(server, spool);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
  }
}

Words names_in(const fs::path& directory) {
  Words names;
  for (const auto& file : fs::directory_iterator{directory}) {
    names.push_back(file.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

// So many whole entries wait, and nothing else is there.
void check_waiting(const fs::path& spool, std::size_t entries) {
  const Words names = names_in(spool / "new");
  CHECK(names.size() == entries);
  for (const std::string& name : names) {
    CAPTURE(name);
    const std::string text = read_file(spool / "new" / name);
    const auto parsed = parse_spool_name(name);
    CHECK(decode_record(text).has_value());
    CHECK((parsed && parsed->size == text.size()));
  }
  CHECK(names_in(spool / "tmp").empty());
}

void check_cantcreat(const Outcome& outcome, const std::string& start) {
  CHECK(outcome.status == 73);
  CAPTURE(outcome.err);
  CHECK(outcome.err.find("metrics-event: error: " + start) != std::string::npos);
}

void check_lost(const Outcome& outcome, const fs::path& spool, const std::string& reason) {
  check_cantcreat(outcome, "the spool \"" + spool.string() + "\" " + reason +
                               "; so the event is lost: cannot deliver runner_installed to ");
}

void check_flushed(const Outcome& outcome, int status, const std::string& said) {
  CAPTURE(outcome.err);
  CHECK(outcome.status == status);
  CHECK(outcome.out == said + '\n');
}

// The entries of the pushes that followed so many requests.
Words arrived_after(const RawServer& server, std::size_t requests) {
  const Words all = server.requests();
  REQUIRE(all.size() >= requests);
  return pushed_entries(Words(all.begin() + static_cast<std::ptrdiff_t>(requests), all.end()));
}

std::size_t distinct(const Words& entries) {
  return std::set<std::string>(entries.begin(), entries.end()).size();
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  testing::check(::lstat(path.c_str(), &status), path.c_str());
  return status.st_mode & 07777;
}

// The modes of a spool with one waiting entry.
void check_modes(const fs::path& spool) {
  for (const char* const directory : {"", "tmp", "new", "trying", "refused"}) {
    CAPTURE(directory);
    CHECK(mode_of(spool / directory) == 0700);
  }
  for (const std::string& name : names_in(spool / "new")) {
    CHECK(mode_of(spool / "new" / name) == 0600);
  }
}

// What uses up a disk, all but so much of it.
struct Exhaustion {
  std::string name;
  std::function<void(const Disk& disk)> exhaust;
};
const Exhaustion exhaustions[]{{"blocks", [](const Disk& disk) { disk.fill_blocks(0); }},
                               {"inodes", [](const Disk& disk) { disk.fill_inodes(0); }}};
const std::string small_disk = "size=128k,nr_inodes=64";
const std::string no_space = "cannot keep an entry: no space left on device";

} // namespace

TEST_SUITE_BEGIN("spool_faults");

TEST_CASE("on a full disk an event is lost, which is said, and what waits there is delivered") {
  for (const Exhaustion& row : exhaustions) {
    CAPTURE(row.name);
    const Disk disk{small_disk};
    if (!disk) {
      MESSAGE("SKIPPED: no mount namespaces here");
      return;
    }
    const fs::path spool = disk.path() / "spool";
    const RawServer server{busy_for(4)};
    keep_events(server, spool, 2);
    row.exhaust(disk);
    check_lost(send(server, spool), spool, no_space);
    const Outcome excused = send(server, spool, {"--best-effort"});
    CHECK(excused.status == 0);
    CHECK(excused.err.starts_with("metrics-event: warning: the spool "));
    check_waiting(spool, 2);
    check_flushed(flush(spool), 0, "delivered 2, refused 0, left 0");
    check_waiting(spool, 0);
    CHECK(arrived_after(server, 4).size() == 2);
    CHECK(distinct(arrived_after(server, 4)) == 2);
  }
}

TEST_CASE("an entry of which only a part has room leaves nothing behind") {
  const Disk disk{small_disk};
  if (!disk) {
    MESSAGE("SKIPPED: no mount namespaces here");
    return;
  }
  const fs::path spool = disk.path() / "spool";
  const RawServer server{busy_for(4)};
  keep_events(server, spool, 1);
  disk.fill_blocks(1);
  const std::string large(5000, 'x'); // more than that
  check_lost(send(server, spool, {}, large), spool, no_space);
  check_waiting(spool, 1);
  keep_events(server, spool, 1); // which needs one page
  check_waiting(spool, 2);
  disk.fill_blocks(1);
  check_lost(run_by("/usr/bin/prlimit", {"--fsize=100"}, sending(server, named(spool))), spool,
             "cannot keep an entry: file too large");
  check_waiting(spool, 2);
  check_flushed(flush(spool), 0, "delivered 2, refused 0, left 0");
}

TEST_CASE("on a full disk a refused entry still gets out of the way") {
  for (const Exhaustion& row : exhaustions) {
    CAPTURE(row.name);
    const Disk disk{small_disk};
    if (!disk) {
      MESSAGE("SKIPPED: no mount namespaces here");
      return;
    }
    const fs::path spool = disk.path() / "spool";
    const RawServer server{busy_for(3, {bad("no"), bad("no"), good})};
    keep_events(server, spool, 3);
    row.exhaust(disk);
    check_flushed(flush(spool), 65, "delivered 2, refused 1, left 0");
    check_waiting(spool, 0);
    const Words refused = names_in(spool / "refused");
    CHECK(refused.size() == 1); // without room for the reason
    CHECK(decode_record(read_file(spool / "refused" / refused.at(0))).has_value());
    CHECK(flush(spool, {"--list", "--refused"}).status == 0);
    CHECK(distinct(arrived_after(server, 5)) == 2);
  }
}

TEST_CASE("on a full disk an entry that needs a new time waits, and the rest is delivered") {
  for (const Exhaustion& row : exhaustions) {
    CAPTURE(row.name);
    const Disk disk{small_disk};
    if (!disk) {
      MESSAGE("SKIPPED: no mount namespaces here");
      return;
    }
    const fs::path spool = disk.path() / "spool";
    const RawServer server{
        busy_for(3, {bad("too old"), bad("too old"), good, bad("too old"), good})};
    keep_events(server, spool, 3);
    row.exhaust(disk);
    const Outcome outcome = flush(spool);
    check_flushed(outcome, 73, "delivered 2, refused 0, left 1");
    check_cantcreat(outcome, "the spool \"" + spool.string() + "\" " + no_space);
    check_waiting(spool, 1);
    for (const std::string& name : names_in(disk.path())) {
      if (name.starts_with("filler")) {
        fs::remove(disk.path() / name);
      }
    }
    check_flushed(flush(spool), 0, "delivered 1, refused 0, left 0");
    CHECK(server.requests().size() == 8);
  }
}

TEST_CASE("a spool that was made in part is completed by the next event") {
  // The root of the disk takes one inode, the spool another, and so does each of its directories.
  for (const int inodes : {2, 3, 4}) {
    CAPTURE(inodes);
    const Disk disk{"nr_inodes=" + std::to_string(inodes)};
    if (!disk) {
      MESSAGE("SKIPPED: no mount namespaces here");
      return;
    }
    const fs::path spool = disk.path() / "spool";
    const RawServer server{busy_for(2)};
    check_lost(send(server, spool), spool, "cannot be created: no space left on device");
    disk.remount("nr_inodes=100");
    keep_events(server, spool, 1);
    check_waiting(spool, 1);
    check_modes(spool);
    check_flushed(flush(spool), 0, "delivered 1, refused 0, left 0");
  }
}

TEST_CASE("a spool that becomes read-only is said, and its entries are sent again, the same") {
  const Disk disk{small_disk};
  if (!disk) {
    MESSAGE("SKIPPED: no mount namespaces here");
    return;
  }
  const fs::path spool = disk.path() / "spool";
  const RawServer server{busy_for(2, {{.answer =
                                           [&](const std::string&) {
                                             disk.remount("ro");
                                             return good.reply;
                                           }},
                                      busy,
                                      good})};
  keep_events(server, spool, 2);
  const Outcome outcome = flush(spool);
  check_flushed(outcome, 73, "delivered 0, refused 0, left 2");
  check_cantcreat(outcome,
                  "the spool \"" + spool.string() + "\" cannot release \"new/" +
                      names_in(spool / "new").at(0) +
                      "\": read-only file system; it "
                      "was delivered, and the receiver is asked for it before it is sent again\n");
  check_lost(send(server, spool), spool, "cannot keep an entry: read-only file system");
  check_waiting(spool, 2);
  disk.remount("rw");
  check_flushed(flush(spool), 0, "delivered 2, refused 0, left 0");
  const Words requests = server.requests();
  REQUIRE(requests.size() == 5);
  CHECK(requests[2] == requests[4]);
}

TEST_CASE("a spool that its owner may change only in part delivers nothing twice") {
  struct Row {
    std::string closed; // a directory of the spool
    int status;         // of a flush
    std::size_t delivered;
  };
  const Row rows[]{
      {"new", 73, 0}, {"trying", 73, 0}, {"tmp", 0, 2}, {"refused", 0, 2}, {".", 0, 2}};
  for (const Row& row : rows) {
    CAPTURE(row.closed);
    const TemporaryDirectory directory;
    const fs::path spool = directory.path() / "spool";
    const RawServer server{busy_for(2)};
    keep_events(server, spool, 2);
    fs::permissions(spool / row.closed, fs::perms::owner_read | fs::perms::owner_exec);
    const auto [starter, flushing_as_user] =
        by_another_user(program, flushing(named(spool))); // root may change anything
    for (const bool is_first : {true, false}) {
      const Outcome outcome = run(starter, flushing_as_user);
      if (outcome.err.starts_with("unshare: ")) {
        MESSAGE("SKIPPED: no user namespaces here");
        return;
      }
      check_flushed(outcome, row.status,
                    "delivered " + std::to_string(is_first ? row.delivered : 0) +
                        ", refused 0, left " + std::to_string(row.delivered == 0 ? 2 : 0));
    }
    CHECK(arrived_after(server, 2).size() == row.delivered);
    fs::permissions(spool / row.closed, fs::perms::owner_all);
    check_flushed(flush(spool), 0,
                  "delivered " + std::to_string(2 - row.delivered) + ", refused 0, left 0");
  }
}

TEST_CASE("a reason that an earlier flush left is not that of a later one") {
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool";
  const RawServer server{busy_for(1, {bad("first"), bad("second"), bad("third")})};
  keep_events(server, spool, 1);
  check_flushed(flush(spool), 65, "delivered 0, refused 1, left 0");
  const Words names = names_in(spool / "refused");
  REQUIRE(names.size() == 2);
  CHECK(read_file(spool / "refused" / names[1]).find("first") != std::string::npos);
  fs::rename(spool / "refused" / names[0], spool / "new" / names[0]); // the reason stays
  check_flushed(flush(spool), 65, "delivered 0, refused 1, left 0");
  CHECK(names_in(spool / "refused") == names);
  CHECK(read_file(spool / "refused" / names[1]).find("second") != std::string::npos);
}

TEST_CASE("a spool that goes away in the middle of a flush takes nothing with it") {
  struct Row {
    std::string name;
    std::function<void(const Disk& disk)> change;
  };
  const Row rows[]{
      {"moved", [](const Disk& disk) { fs::rename(disk.path() / "spool", disk.path() / "moved"); }},
      {"removed", [](const Disk& disk) { fs::remove_all(disk.path() / "spool"); }},
      {"unmounted", [](const Disk& disk) { disk.unmount(); }}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Disk disk{small_disk};
    if (!disk) {
      MESSAGE("SKIPPED: no mount namespaces here");
      return;
    }
    const RawServer server{busy_for(2, {{.answer = [&](const std::string&) {
                                      row.change(disk);
                                      return good.reply;
                                    }}})};
    keep_events(server, disk.path() / "spool", 2);
    check_flushed(flush(disk.path() / "spool"), 0, "delivered 2, refused 0, left 0");
    CHECK(distinct(arrived_after(server, 2)) == 2);
    if (row.name == "moved") {
      check_waiting(disk.path() / "moved", 0);
    }
  }
}

TEST_CASE("a spool that is gone is made again, but not what should be above it") {
  const TemporaryDirectory directory;
  const fs::path above = directory.path() / "above", spool = above / "spool";
  const RawServer server{busy_for(100)};
  const auto check_missing = [&] {
    check_cantcreat(send(server, spool),
                    "cannot use the spool \"" + spool.string() +
                        "\": its parent directory is missing; create it; so the event is lost: ");
    const Outcome flushed = flush(spool);
    CHECK(flushed.status == 66);
    CHECK(flushed.err == "metrics-event: error: the spool \"" + spool.string() +
                             "\" does not exist; name one that does with --spool\n");
    CHECK_FALSE(fs::exists(above));
  };
  check_missing();
  for (int time = 0; time < 2; ++time) {
    fs::create_directory(above);
    keep_events(server, spool, 1);
    check_waiting(spool, 1);
    check_modes(spool);
    fs::remove_all(time == 0 ? spool : above);
    fs::remove(above);
  }
  check_missing();
}

TEST_CASE("what is not a directory of ours alone is no spool") {
  const TemporaryDirectory directory;
  const fs::path place = directory.path() / "spool", other = directory.path() / "other";
  const RawServer server{Script{busy}};
  struct Row {
    std::string reason;
    std::function<void()> make;
    std::string suffix{}; // of the path
  };
  const auto make_with_mode = [&](mode_t mode) {
    fs::create_directory(place);
    testing::check(::chmod(place.c_str(), mode), "chmod");
  };
  const std::string others_write = "other users may write to it; give it mode 700";
  const Row rows[]{
      {"it is a symbolic link", [&] { fs::create_directory_symlink(other, place); }},
      {"it is a symbolic link", [&] { fs::create_directory_symlink(other, place); }, "/"},
      {"it is a symbolic link", [&] { fs::create_directory_symlink(other, place); }, "/."},
      {"it is a symbolic link", [&] { fs::create_symlink(directory.path() / "none", place); }},
      {"it is not a directory", [&] { write_file(place, "text"); }},
      {"it is not a directory", [&] { testing::check(::mkfifo(place.c_str(), 0600), "mkfifo"); }},
      {others_write, [&] { make_with_mode(0770); }},
      {others_write, [&] { make_with_mode(0702); }},
      {others_write, [&] { make_with_mode(01777); }},
  };
  fs::create_directory(other);
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    row.make();
    const std::string start = "cannot use the spool \"" + place.string() + "\": " + row.reason;
    check_cantcreat(send(server, place.string() + row.suffix),
                    start + "; so the event is lost: cannot deliver ");
    check_cantcreat(flush(place.string() + row.suffix), start + '\n');
    fs::remove(place);
  }
  CHECK(names_in(other).empty());
}

TEST_CASE("a directory of another user is no spool") {
  const TemporaryDirectory directory;
  const bool is_root = geteuid() == 0;
  constexpr uid_t other = 12345;
  if (is_root) {
    testing::check(::chown(directory.path().c_str(), other, other), "chown");
  }
  const fs::path spool = is_root ? directory.path() : "/usr";
  const RawServer server{Script{busy}};
  const std::string start =
      "cannot use the spool \"" + spool.string() + "\": it belongs to another user";
  check_cantcreat(send(server, spool), start + "; so the event is lost: ");
  check_cantcreat(flush(spool), start + '\n');
  CHECK((!is_root || fs::is_empty(spool)));
}

TEST_CASE("a link in the place of a directory of the spool is not followed") {
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool", other = directory.path() / "other";
  const RawServer server{busy_for(2)};
  keep_events(server, spool, 1);
  fs::rename(spool / "new", other);
  fs::create_directory_symlink(other, spool / "new");
  const Words before = names_in(other);
  for (const Outcome& outcome : {send(server, spool), flush(spool)}) {
    check_cantcreat(outcome, "the spool \"" + spool.string() + "\" cannot be read: ");
  }
  CHECK(names_in(other) == before);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("the usual spool of a user is in the state of that user, and private") {
  const TemporaryDirectory directory;
  const fs::path home = directory.path() / "home", state = directory.path() / "state";
  const std::string below = "metrics-event/spool";
  const std::string nowhere = "neither XDG_STATE_HOME nor HOME names a directory that can be "
                              "entered; name one for the spool";
  using Variables = std::map<std::string, std::string>;
  struct Row {
    Variables variables;
    fs::path spool; // empty: nowhere
  };
  const Row rows[]{
      {{{"HOME", home}}, home / ".local/state" / below},
      {{{"XDG_STATE_HOME", state}}, state / below},
      {{{"HOME", home}, {"XDG_STATE_HOME", state}}, state / below},
      {{{"HOME", home}, {"XDG_STATE_HOME", "relative"}}, home / ".local/state" / below},
      {{{"HOME", ""}, {"XDG_STATE_HOME", "relative"}}, {}},
      {{}, {}}};
  for (const Row& row : rows) {
    CAPTURE(row.spool);
    const RawServer server{busy_for(1)};
    // Root is another user for this, in name only.
    const auto run_as_user = [&](Invocation invocation) {
      invocation.environment = row.variables;
      return geteuid() == 0 ? run_by("/usr/bin/unshare",
                                     {"--user", "--map-user=1000", "--map-group=1000"}, invocation)
                            : run(program, invocation);
    };
    const Outcome outcome = run_as_user(sending(server, "--spool"));
    if (outcome.err.starts_with("unshare: ")) {
      MESSAGE("SKIPPED: no user namespaces here");
      return;
    }
    if (row.spool.empty()) {
      // Whatever the receiver says, so that it is found before it is needed.
      const RawServer healthy{{{.reply = http_reply(204, "No Content")}}};
      for (const Outcome& found : {outcome, run_as_user(sending(healthy, "--spool"))}) {
        CHECK(found.status == 64);
        CHECK(found.err == "metrics-event: error: --spool: " + nowhere + '\n');
      }
      Invocation batch{.arguments = {"batch", "--spool"}};
      CHECK(run_as_user(batch).status == 64);
      CHECK(healthy.requests().empty());
      CHECK(run_as_user({.arguments = {"check", "--spool", "--url", "http://127.0.0.1"}}).status ==
            64);
      CHECK(run_as_user({.arguments = {"flush", "--config", "none"}}).err ==
            "metrics-event: error: --spool: " + nowhere + '\n');
    } else {
      CHECK(outcome.status == 0);
      check_waiting(row.spool, 1);
      check_modes(row.spool);
      CHECK(mode_of(row.spool.parent_path()) == 0700);
      check_flushed(run_as_user({.arguments = {"flush", "--config", "none"}}), 0,
                    "delivered 1, refused 0, left 0");
    }
    fs::remove_all(home);
    fs::remove_all(state);
  }
}

TEST_CASE("the usual spool of root is the system's, and private") {
  const Disk disk{small_disk, "/var/spool"};
  if (!disk) {
    MESSAGE("SKIPPED: no mount namespaces here");
    return;
  }
  const fs::path spool = disk.path() / "metrics-event";
  const RawServer server{busy_for(1)};
  CHECK(disk.run_inside(program, sending(server, "--spool")).status == 0);
  check_waiting(spool, 1);
  check_modes(spool);
  check_flushed(disk.run_inside(program, {.arguments = {"flush", "--config", "none"}}), 0,
                "delivered 1, refused 0, left 0");
  check_waiting(spool, 0);
}

TEST_CASE("no umask changes who can read a spool") {
  for (const std::string umask : {"000", "077", "277", "777"}) {
    CAPTURE(umask);
    const TemporaryDirectory directory;
    const fs::path spool = directory.path() / "spool";
    const RawServer server{busy_for(1)};
    const Outcome outcome = run_by("/bin/sh", {"-c", "umask " + umask + "; exec \"$@\"", "sh"},
                                   sending(server, named(spool)));
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    check_modes(spool);
    check_waiting(spool, 1);
  }
}

TEST_CASE("a spool that has its size takes no more, until it was emptied") {
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool";
  const RawServer server{busy_for(5)};
  const Words limit{"--spool-max-bytes", "1KiB"};
  std::uint64_t size = 0;
  for (int number = 0; number < 3; ++number) {
    CHECK(send(server, spool, limit).status == 0);
  }
  for (const std::string& name : names_in(spool / "new")) {
    size += fs::file_size(spool / "new" / name);
  }
  CHECK(size > 700);
  CHECK(size <= 1024);
  for (int number = 0; number < 2; ++number) {
    check_lost(send(server, spool, limit, std::string(100, 'x')), spool,
               "is full: --spool-max-bytes is 1KiB; empty it with metrics-event flush");
  }
  check_waiting(spool, 3);
  check_flushed(flush(spool), 0, "delivered 3, refused 0, left 0");
  CHECK(distinct(arrived_after(server, 5)) == 3);
}

namespace {

// Puts something into new/ that is none of ours, under a name.
struct Foreign {
  std::string name;
  std::function<void(const fs::path& path, const std::string& record)> make;
};

const Foreign strangers[]{
    {"text", [](const fs::path& path, const std::string&) { write_file(path, "hello\n"); }},
    {"empty", [](const fs::path& path, const std::string&) { write_file(path, ""); }},
    {"cut",
     [](const fs::path& path, const std::string& record) {
       write_file(path, record.substr(0, record.size() / 2));
     }},
    {"newer",
     [](const fs::path& path, const std::string& record) {
       write_file(path, R"({"version":2)" + record.substr(std::string{R"({"version":1)"}.size()));
     }},
    {"directory", [](const fs::path& path, const std::string&) { fs::create_directory(path); }},
    {"fifo", [](const fs::path& path,
                const std::string&) { testing::check(::mkfifo(path.c_str(), 0600), "mkfifo"); }},
    {"link",
     [](const fs::path& path, const std::string& record) {
       const fs::path target = path.parent_path().parent_path().parent_path() / "target";
       write_file(target, record);
       fs::create_symlink(target, path);
     }},
};

} // namespace

TEST_CASE("what is no entry is set aside with a warning, and changes nothing for the others") {
  for (const bool is_there : {true, false}) {
    CAPTURE(is_there);
    const TemporaryDirectory directory;
    const fs::path spool = directory.path() / "spool";
    const RawServer server{busy_for(1, {is_there ? good : busy})};
    keep_events(server, spool, 1);
    const std::string entry = names_in(spool / "new").at(0);
    const std::string record = read_file(spool / "new" / entry);
    for (const Foreign& stranger : strangers) {
      stranger.make(spool / "new" / stranger.name, record);
    }
    write_file(spool / "new" / ".nfs0001", record);
    write_file(spool / "new" / ".hidden", "hello\n");
    const Outcome outcome = flush(spool);
    check_flushed(outcome, is_there ? 0 : 75,
                  is_there ? "delivered 1, refused 0, left 0, set aside 7"
                           : "delivered 0, refused 0, left 1, set aside 7");
    for (const Foreign& stranger : strangers) {
      CAPTURE(stranger.name);
      const fs::path aside = spool / "refused" / stranger.name;
      CHECK(outcome.err.find("metrics-event: warning: a file in the spool is not an entry and was "
                             "set aside as \"" +
                             aside.string() + "\": ") != std::string::npos);
      CHECK(fs::exists(fs::symlink_status(aside)));
      CHECK(read_file(aside.string() + ".reason").size() > 1);
    }
    CHECK(read_file(directory.path() / "target") == record);
    Words left{".hidden", ".nfs0001"};
    if (!is_there) {
      left.push_back(names_in(spool / "new").back());
    }
    CHECK(names_in(spool / "new") == left);
    CHECK(distinct(arrived_after(server, 1)) == 1);
    CHECK(flush(spool, {"--drop", "--all", "--refused"}).out == "dropped 7, left 0\n");
  }
}

TEST_CASE("what cannot be set aside is not in the way of the rest") {
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool";
  const RawServer server{busy_for(1)};
  keep_events(server, spool, 1);
  fs::create_directory(spool / "new" / "0");
  fs::create_directories(spool / "refused" / "0" / "full");
  const Outcome outcome = flush(spool);
  check_flushed(outcome, 73, "delivered 1, refused 0, left 1");
  check_cantcreat(outcome,
                  "the spool \"" + spool.string() + "\" cannot move \"new/0\" to refused/: ");
  CHECK(names_in(spool / "new") == Words{"0"});
}

TEST_CASE("a good entry is delivered whatever the name of its file is") {
  const TemporaryDirectory directory;
  const fs::path spool = directory.path() / "spool";
  const RawServer server{busy_for(2, {bad("no"), bad("no"), bad("no"), good})};
  keep_events(server, spool, 2);
  check_flushed(flush(spool), 65, "delivered 0, refused 2, left 0");
  const Words names{"again", "1700000000000000000.1,S=2,A=3.json"};
  std::size_t next = 0;
  for (const std::string& name : names_in(spool / "refused")) {
    if (!name.ends_with(".reason")) {
      fs::rename(spool / "refused" / name, spool / "new" / names.at(next++));
    }
  }
  CHECK(next == 2);
  check_flushed(flush(spool), 0, "delivered 2, refused 0, left 0");
  CHECK(distinct(arrived_after(server, 5)) == 2);
}

TEST_SUITE_END();
