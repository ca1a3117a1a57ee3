#include "spool/spool.hpp"

#include "base/exit_code.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>

using namespace metrics_event;
using namespace std::chrono_literals;
using metrics_event::testing::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

SpoolRecord record(std::chrono::nanoseconds time, const std::string& line = "{}") {
  return {.destination = {.url = "http://loki.example.com/loki/api/v1/push"},
          .entry = {.labels = {{"job", "metrics"}}, .time = Instant{time}, .line = line}};
}

// A spool in a directory of its own.
struct Scratch {
  TemporaryDirectory directory;
  fs::path path = directory.path() / "spool";

  Spool make() const { return Spool::make(path); }
  std::size_t files(const char* box) const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator{path / box}, fs::directory_iterator{}));
  }
};

std::vector<std::string> waiting(const Spool& spool) {
  return spool.names(Box::waiting, "", 1000);
}

std::string complaint(const std::string& path) {
  try {
    Spool::make(path);
    return "";
  } catch (const Failure& failure) {
    CHECK(failure.code() == ExitCode::cantcreat);
    return failure.text();
  }
}

mode_t mode(const fs::path& path) {
  struct stat status {};
  REQUIRE(lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

} // namespace

TEST_SUITE_BEGIN("spool");

TEST_CASE("an entry that is kept is one file in new/, for its owner's eyes only") {
  const Scratch scratch;
  CHECK_FALSE(Spool::find(scratch.path).has_value());
  Spool spool = scratch.make();
  spool.add(record(5ns, "a line"), 3, 7, no_limit);

  REQUIRE(waiting(spool).size() == 1);
  const std::string name = waiting(spool).front();
  const auto text = spool.read(Box::waiting, name);
  REQUIRE(text.has_value());
  CHECK(name == SpoolName{Instant{5ns}, 7, text->size(), 3}.text());
  CHECK(decode_record(*text)->entry.line == "a line");
  CHECK(scratch.files("tmp") == 0);
  for (const char* const directory : {"", "new", "tmp", "refused"}) {
    CHECK(mode(scratch.path / directory) == 0700);
  }
  CHECK(mode(scratch.path / "new" / name) == 0600);
  CHECK(Spool::find(scratch.path)->usage(Box::waiting).entries == 1);
}

TEST_CASE("names come oldest first, from where one left off, and not more than asked for") {
  const Scratch scratch;
  Spool spool = scratch.make();
  for (const auto time : {3ns, 1ns, 5ns, 4ns, 2ns}) {
    spool.add(record(time), 0, 0, no_limit);
  }
  const auto times = [&](const std::string& after, std::size_t limit) {
    std::string found;
    for (const std::string& name : spool.names(Box::waiting, after, limit)) {
      found += name[18];
    }
    return found;
  };
  CHECK(times("", 9) == "12345");
  CHECK(times("", 2) == "12");
  CHECK(times(spool.names(Box::waiting, "", 2).back(), 2) == "34");
  CHECK(times(waiting(spool).back(), 2).empty());
  CHECK(spool.names(Box::refused, "", 9).empty());
}

TEST_CASE("a spool that is full takes no more, until there is room") {
  const Scratch scratch;
  Spool spool = scratch.make();
  spool.add(record(1ns), 0, 0, 200);
  const SpoolUsage usage = spool.usage(Box::waiting);
  CHECK(usage.entries == 1);
  CHECK(usage.bytes == encode(record(1ns)).size());
  CHECK_THROWS_WITH_AS(spool.add(record(2ns), 0, 0, 200),
                       ("the spool \"" + scratch.path.string() +
                        "\" is full, --spool-max-bytes is 200; empty it with metrics-event "
                        "flush")
                           .c_str(),
                       Failure);
  CHECK(waiting(spool).size() == 1);
  CHECK(scratch.files("tmp") == 0);
  spool.remove(Box::waiting, waiting(spool).front());
  spool.add(record(2ns), 0, 0, 200);
  CHECK(waiting(spool).size() == 1);
}

TEST_CASE("who adds many looks at what others have added") {
  const Scratch scratch;
  const std::uint64_t size = encode(record(1ns)).size();
  const std::uint64_t most = 40 * size;
  Spool one = scratch.make();
  Spool other = scratch.make();
  const auto add = [most](Spool& spool, int n) {
    try {
      spool.add(record(std::chrono::nanoseconds{n}), 0, static_cast<std::uint64_t>(n), most);
    } catch (const Failure&) { // it is full
    }
  };
  for (int n = 1; n <= 100; n += 2) {
    add(one, n);
    add(other, n + 1);
  }
  const std::uint64_t waiting_bytes = one.usage(Box::waiting).bytes;
  CHECK(waiting_bytes > most - size);
  CHECK(waiting_bytes <= most + most / 16 + size);
}

TEST_CASE("one at a time may take entries out") {
  const Scratch scratch;
  Spool one = scratch.make();
  {
    Spool other = scratch.make();
    CHECK(other.try_lock());
    CHECK_FALSE(one.try_lock());
    one.add(record(1ns), 0, 0, no_limit); // adding needs no lock
  }
  CHECK(one.try_lock());
}

TEST_CASE("what is refused moves aside with the reason beside it, and can be dropped") {
  const Scratch scratch;
  Spool spool = scratch.make();
  spool.add(record(1ns), 0, 0, no_limit);
  const std::string name = waiting(spool).front();
  spool.set_aside(name, "because");
  CHECK(waiting(spool).empty());
  CHECK(spool.names(Box::refused, "", 9) == std::vector{name});
  CHECK(spool.usage(Box::refused).entries == 1);
  CHECK(spool.reason(name) == "because");
  CHECK(testing::read_file(scratch.path / "refused" / (name + ".reason")) == "because\n");
  spool.remove(Box::refused, name);
  CHECK(scratch.files("refused") == 0);
  spool.remove(Box::refused, name); // gone already
}

TEST_CASE("another record takes an entry's place under the name of its own time") {
  const Scratch scratch;
  Spool spool = scratch.make();
  spool.add(record(1ns), 4, 7, no_limit);
  SpoolRecord later = record(2ns, "changed");
  later.is_restamped = true;
  const std::string name = spool.replace(waiting(spool).front(), later);
  CHECK(waiting(spool) == std::vector{name});
  CHECK(parse_spool_name(name)->time == Instant{2ns});
  CHECK(parse_spool_name(name)->id == 7);
  CHECK(parse_spool_name(name)->attempts == 4);
  CHECK(*spool.read(Box::waiting, name) == encode(later));
  CHECK(scratch.files("tmp") == 0);
}

TEST_CASE("attempts are counted in the name") {
  const Scratch scratch;
  Spool spool = scratch.make();
  spool.add(record(1ns), 1, 0, no_limit);
  const std::string name = spool.count_attempts(waiting(spool).front(), 2);
  CHECK(waiting(spool) == std::vector{name});
  CHECK(parse_spool_name(name)->attempts == 3);
  CHECK(spool.count_attempts("stranger", 1) == "stranger");
}

TEST_CASE("what is not a file of reasonable size is not read") {
  const Scratch scratch;
  Spool spool = scratch.make();
  const auto error = [&](const char* name) { return spool.read(Box::waiting, name).error(); };
  CHECK(error("missing") == std::errc::no_such_file_or_directory);
  fs::create_directory(scratch.path / "new/directory");
  CHECK(error("directory") == std::errc::file_too_large);
  fs::create_symlink("/etc/passwd", scratch.path / "new/link");
  CHECK(error("link") == std::errc::too_many_symbolic_link_levels);
  REQUIRE(mkfifo((scratch.path / "new/fifo").c_str(), 0600) == 0);
  CHECK(error("fifo") == std::errc::file_too_large);
  testing::write_file(scratch.path / "new/large", "");
  fs::resize_file(scratch.path / "new/large", 17UL * 1024 * 1024);
  CHECK(error("large") == std::errc::file_too_large);
}

TEST_CASE("what killed writers left behind goes after 36 hours") {
  const Scratch scratch;
  Spool spool = scratch.make();
  const auto now = fs::file_time_type::clock::now();
  const std::string old = SpoolName{Instant{1ns}, 1, 4, 0}.text();
  const std::string young = SpoolName{Instant{2ns}, 2, 4, 0}.text();
  for (const auto& [name, age] : {std::pair{old, 37h}, {young, 35h}, {"stranger", 37h}}) {
    testing::write_file(scratch.path / "tmp" / name, "half");
    fs::last_write_time(scratch.path / "tmp" / name, now - age);
  }
  spool.tidy();
  CHECK_FALSE(fs::exists(scratch.path / "tmp" / old));
  CHECK(fs::exists(scratch.path / "tmp" / young));
  CHECK(fs::exists(scratch.path / "tmp/stranger"));
}

TEST_CASE("a reason goes when its entry was moved back") {
  const Scratch scratch;
  Spool spool = scratch.make();
  for (const auto time : {1ns, 2ns}) {
    spool.add(record(time), 0, 0, no_limit);
    spool.set_aside(waiting(spool).front(), "because");
  }
  const std::string name = spool.names(Box::refused, "", 1).front();
  fs::rename(scratch.path / "refused" / name, scratch.path / "new" / name);
  testing::write_file(scratch.path / "new" / (name + ".reason"), "because");
  spool.tidy();
  CHECK(scratch.files("new") == 1);
  CHECK(scratch.files("refused") == 2); // the other, with its reason
}

TEST_CASE("somebody's mail is no spool") {
  const Scratch scratch;
  for (const char* const box : {"new", "tmp", "cur"}) {
    fs::create_directories(scratch.path / box);
  }
  fs::permissions(scratch.path, fs::perms::owner_all);
  CHECK(complaint(scratch.path).ends_with("it is something else: it has no directory refused"));
}

TEST_CASE("a directory that was taken away is made again") {
  for (const char* const box : {"new", "tmp"}) {
    const Scratch scratch;
    Spool spool = scratch.make();
    fs::remove(scratch.path / box);
    spool.add(record(1ns), 0, 0, no_limit);
    CHECK(waiting(spool).size() == 1);
  }
}

TEST_CASE("a directory that others may write, or that is none of ours, is refused") {
  const Scratch scratch;
  const std::string quoted = "cannot use the spool \"" + scratch.path.string() + "\": ";
  fs::create_directory(scratch.path);
  for (const auto others : {fs::perms::group_write, fs::perms::others_write}) {
    fs::permissions(scratch.path, fs::perms::owner_all | others);
    CHECK(complaint(scratch.path) == quoted + "others may write it, give it mode 700");
  }
  fs::permissions(scratch.path, fs::perms::owner_all);
  if (geteuid() == 0) {
    REQUIRE(chown(scratch.path.c_str(), 1, 1) == 0);
    CHECK(complaint(scratch.path) == quoted + "it belongs to another user");
    REQUIRE(chown(scratch.path.c_str(), 0, 0) == 0);
  }
  fs::rename(scratch.path, scratch.directory.path() / "elsewhere");
  fs::create_symlink("elsewhere", scratch.path);
  CHECK(complaint(scratch.path) == quoted + "it is a symbolic link");
  CHECK(complaint(scratch.path.string() + "//") == quoted + "it is a symbolic link");
  fs::remove(scratch.path);
  testing::write_file(scratch.path, "");
  CHECK(complaint(scratch.path) == quoted + "it is not a directory");
}

TEST_CASE("the directories above are made for the usual spool alone") {
  const TemporaryDirectory home;
  const std::string deep = home.path() / "a/b/spool";
  CHECK(complaint(deep) ==
        "cannot use the spool \"" + deep + "\": the directory above it is missing, create it");
  Spool::make(deep, true).add(record(1ns), 0, 0, no_limit);
  CHECK(mode(home.path() / "a") == 0700);
}

TEST_CASE("an empty directory that somebody made is used") {
  const Scratch scratch;
  fs::create_directory(scratch.path);
  fs::permissions(scratch.path, fs::perms::owner_all);
  Spool spool = scratch.make();
  CHECK(waiting(spool).empty());
  CHECK(spool.usage(Box::waiting).entries == 0);
  spool.tidy();
  spool.add(record(1ns), 0, 0, no_limit);
  CHECK(waiting(spool).size() == 1);
}

TEST_SUITE_END();
