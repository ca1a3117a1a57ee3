#include "spool/spool.hpp"

#include "support/process.hpp"
#include "support/scratch_spool.hpp"
#include "system/file_lock.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

Names waiting(const Spool& spool) {
  Names names;
  for (const SpoolName& name : spool.list(Box::waiting).names) {
    names.push_back(name.text());
  }
  return names;
}

std::string complaint(const std::string& path) {
  return failure_of([&path] { Spool::make(path); });
}

mode_t mode(const fs::path& path) {
  struct stat status {};
  REQUIRE(lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

} // namespace

TEST_SUITE_BEGIN("spool");

TEST_CASE("an entry that is kept is one file in new/, for its owner's eyes only") {
  const ScratchSpool scratch;
  CHECK_FALSE(Spool::find(scratch.path).has_value());
  const Spool spool = scratch.make();
  spool.add(encode(record(5ns, "a line")), 3, 7, no_limit);

  REQUIRE(waiting(spool).size() == 1);
  const std::string name = waiting(spool).front();
  const auto text = spool.read(Box::waiting, name);
  REQUIRE(text.has_value());
  CHECK(name == SpoolName{Instant{5ns}, 7, static_cast<std::uint32_t>(text->size()), 1, 3}.text());
  CHECK(decode_record(*text)->entries.front().line == "a line");
  CHECK(scratch.files("tmp").empty());
  for (const char* const directory : {"", "new", "tmp", "trying", "refused"}) {
    CHECK(mode(scratch.path / directory) == 0700);
  }
  CHECK(mode(scratch.path / "new" / name) == 0600);
  CHECK(mode(scratch.path / "size") == 0600);
  CHECK(scratch.counter() == counted(text->size()));
  CHECK(Spool::find(scratch.path)->count(Box::waiting) == 1);
}

TEST_CASE("many entries are one file, and count as many") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const SpoolRecord many = record_of_lines({{Instant{9ns}, "b"}, {Instant{3ns}, "a"}});
  spool.add(encode(many), 1, 7, no_limit);
  spool.add(encode(record(5ns)), 1, 7, no_limit);
  const SpoolListing listing = spool.list(Box::waiting);
  REQUIRE(listing.names.size() == 2);
  CHECK(listing.names[0].time == Instant{3ns});
  CHECK(listing.names[0].entries == 2);
  CHECK(*spool.read(Box::waiting, listing.names[0].text()) == encode(many).str());
  CHECK(spool.count(Box::waiting) == 3);
}

TEST_CASE("names come oldest first, and what has another name beside them") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  for (const auto time : {3ns, 1ns, 5ns, 4ns, 2ns}) {
    spool.add(encode(record(time)), 0, 0, no_limit);
  }
  for (const char* const stranger : {"stranger", "x.reason", ".hidden", "1.json"}) {
    write_file(scratch.path / "new" / stranger, "");
  }
  const SpoolListing listing = spool.list(Box::waiting);
  std::string times;
  for (const SpoolName& name : listing.names) {
    times += std::to_string(name.time.time_since_epoch().count());
  }
  CHECK(times == "12345");
  CHECK(std::set<std::string>(listing.others.begin(), listing.others.end()) ==
        std::set<std::string>{"1.json", "stranger"});
  CHECK(spool.count(Box::waiting) == 7);
  CHECK(spool.list(Box::refused).names.empty());
  CHECK(spool.list(Box::trying).names.empty());
}

TEST_CASE("of foreign names, no more than a thousand are held") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  for (int i = 0; i < 1100; ++i) {
    write_file(scratch.path / "new" / ("x" + std::to_string(i)), "");
  }
  CHECK(spool.list(Box::waiting).others.size() == 1000);
}

TEST_CASE("a spool that is full takes no more, until there is room") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const std::uint64_t size = encode(record(1ns)).str().size();
  const std::uint64_t most = 2 * size - 1;
  spool.add(encode(record(1ns)), 0, 0, most);
  CHECK(spool.count(Box::waiting) == 1);
  CHECK(scratch.bytes() == size);
  const std::string full = "the spool \"" + scratch.path.string() +
                           "\" is full: --spool-max-bytes is " + std::to_string(most) +
                           "; empty it with metrics-event flush";
  CHECK(failure_of([&] { spool.add(encode(record(2ns)), 0, 0, most); }) == full);
  CHECK(failure_of([&] { spool.hold(record(2ns), 0, most); }) == full);
  CHECK(waiting(spool).size() == 1);
  CHECK(scratch.files("tmp").empty());
  CHECK(scratch.files("trying").empty());
  CHECK(scratch.counter() == counted(size));
  spool.add(encode(record(2ns)), 0, 0, most + 1); // exactly as much as is allowed
  CHECK(scratch.counter() == counted(2 * size));
  LockedSpool::try_lock(spool)->remove(std::vector{*parse_spool_name(waiting(spool).front())});
  CHECK(scratch.counter() == counted(size));
  spool.add(encode(record(3ns)), 0, 0, most + 1);
  CHECK(waiting(spool).size() == 2);
}

TEST_CASE("who adds looks at what others have added, to the byte") {
  const ScratchSpool scratch;
  const std::uint64_t size = encode(record(101ns)).str().size();
  const std::uint64_t most = 40 * size;
  const Spool one = scratch.make();
  const Spool other = scratch.make();
  const auto add = [most](const Spool& spool, int n) {
    try {
      spool.add(encode(record(std::chrono::nanoseconds{n})), 0, static_cast<std::uint64_t>(n),
                most);
    } catch (const Failure&) { // it is full
    }
  };
  for (int n = 101; n <= 200; n += 2) {
    add(one, n);
    add(other, n + 1);
  }
  CHECK(scratch.bytes() == most);
  CHECK(scratch.counter() == counted(scratch.bytes()));
}

TEST_CASE("what many processes add at once is counted to the byte") {
  const ScratchSpool scratch{.directory = TemporaryDirectory::in_memory()};
  const Spool spool = scratch.make();
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    children.push_back(fork());
    if (children.back() == 0) {
      int kept = 0;
      for (int n = 0; n < 30; ++n) {
        const auto id = static_cast<std::uint64_t>(100) * static_cast<std::uint64_t>(i) +
                        static_cast<std::uint64_t>(n);
        try {
          spool.add(encode(record(1ns, std::string(id, 'x'))), 0, id, 40'000);
          kept += 1;
        } catch (const Failure&) { // it is full
        }
      }
      _exit(kept);
    }
  }
  int kept = 0;
  for (const pid_t child : children) {
    kept += reap(child);
  }
  CHECK(kept > 30);
  CHECK(kept < 180);
  CHECK(spool.count(Box::waiting) == static_cast<std::uint64_t>(kept));
  CHECK(scratch.bytes() <= 40'000);
  CHECK(scratch.counter() == counted(scratch.bytes()));
}

TEST_CASE("a damaged counter is made anew from what waits and from what is being tried") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  spool.add(encode(record(1ns, "a")), 0, 1, no_limit);
  const HeldRecord held = spool.hold(record(2ns, "bc"), 2, no_limit);
  for (const char* const damaged : {"", "damaged", "00000000000000000000000"}) {
    write_file(scratch.path / "size", damaged);
    spool.add(encode(record(3ns, damaged)), 0, 3, no_limit);
    CHECK(scratch.counter() == counted(scratch.bytes()));
  }
}

TEST_CASE("of the files in tmp/, those count whose writer lives, and never the own one") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const auto name = [](int id) {
    return SpoolName{Instant{1ns}, static_cast<std::uint64_t>(id), 1000, 1, 0}.text();
  };
  for (const std::string& file : {name(1), name(2), std::string{"stranger"}}) {
    write_file(scratch.path / "tmp" / file, "half");
  }
  const auto add_one = [&](int id) {
    fs::remove(scratch.path / "size");
    spool.add(encode(record(2ns)), 0, static_cast<std::uint64_t>(id), no_limit);
    return scratch.counter();
  };
  const std::string of_dead_writers = add_one(11);
  CHECK(of_dead_writers == counted(scratch.bytes()));
  const Descriptor living{::open((scratch.path / "tmp" / name(1)).c_str(), O_RDWR | O_CLOEXEC)};
  REQUIRE_FALSE(lock_file(living));
  const Descriptor foreign{::open((scratch.path / "tmp/stranger").c_str(), O_RDWR | O_CLOEXEC)};
  REQUIRE_FALSE(lock_file(foreign));
  const std::string of_a_living_one = add_one(12); // which may have been counted already
  CHECK(of_a_living_one == counted(scratch.bytes() + 1000));
}

TEST_CASE("a counter that a killed writer left too high refuses nothing that fits") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const std::uint64_t size = encode(record(1ns)).str().size();
  spool.add(encode(record(1ns)), 0, 0, 2 * size);
  write_file(scratch.path / "size", counter_text(2 * size)); // counted, and never put in place
  spool.add(encode(record(2ns)), 0, 0, 2 * size);
  CHECK(waiting(spool).size() == 2);
  CHECK(scratch.counter() == counted(2 * size));
}

TEST_CASE("a record whose sender goes on is in trying/, locked, and counts") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  {
    const HeldRecord held = spool.hold(record(5ns, "a line"), 7, no_limit);
    CHECK(scratch.files("trying") == Names{held.name.text()});
    CHECK(waiting(spool).empty());
    CHECK(scratch.files("tmp").empty());
    const fs::path file = scratch.path / "trying" / held.name.text();
    CHECK(mode(file) == 0600);
    CHECK(read_file(file) == encode(record(5ns, "a line")).str());
    CHECK(held.name.attempts == 0);
    CHECK(is_locked(file));
    CHECK(scratch.counter() == counted(scratch.bytes()));
    CHECK(spool.count(Box::trying) == 1);
    REQUIRE(spool.list(Box::trying).names.size() == 1);
    CHECK(fcntl(held.file.get(), F_GETFD) == FD_CLOEXEC); // no program that we start holds it
  }
  CHECK_FALSE(is_locked(scratch.path / "trying" / scratch.files("trying").front()));
}

TEST_CASE("a record that was delivered is let go, and leaves nothing behind") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const HeldRecord held = spool.hold(record(5ns), 7, no_limit);
  spool.let_go(held);
  CHECK(scratch.files("trying").empty());
  CHECK(scratch.files("new").empty());
  CHECK(scratch.counter() == counted(0));
  spool.let_go(held); // gone already, which is no error
  CHECK(scratch.counter() == counted(0));
}

TEST_CASE("a record that cannot be let go is told") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const HeldRecord held = spool.hold(record(5ns), 7, no_limit);
  const std::string counter = scratch.counter();
  fs::remove(scratch.path / "trying" / held.name.text());
  fs::create_directories(scratch.path / "trying" / held.name.text() / "in the way");
  CHECK(failure_of([&] { spool.let_go(held); })
            .starts_with("the spool \"" + scratch.path.string() + "\" cannot release \"trying/" +
                         held.name.text() + "\": "));
  CHECK(scratch.counter() == counter);
}

TEST_CASE("a record that is given up waits as it was, with its attempts") {
  for (const Doubt doubt : {Doubt::none, Doubt::possibly_stored, Doubt::unconfirmed}) {
    const ScratchSpool scratch;
    const Spool spool = scratch.make();
    const SpoolRecord kept = record(5ns, "a line", doubt);
    HeldRecord held = spool.hold(kept, 7, no_limit);
    SpoolName name = held.name;
    name.add_attempts(3);
    spool.give_up(std::move(held), kept, 3);
    CHECK(waiting(spool) == Names{name.text()});
    CHECK(*spool.read(Box::waiting, name.text()) == encode(kept).str());
    CHECK(scratch.files("trying").empty());
    CHECK(scratch.files("tmp").empty());
    CHECK(scratch.counter() == counted(scratch.bytes()));
    CHECK_FALSE(is_locked(scratch.path / "new" / name.text()));
  }
}

TEST_CASE("a record that is given up has the doubt that is known in the end") {
  constexpr std::pair<Doubt, Doubt> rows[]{{Doubt::none, Doubt::possibly_stored},
                                           {Doubt::possibly_stored, Doubt::none},
                                           {Doubt::possibly_stored, Doubt::unconfirmed}};
  for (const auto& [before, after] : rows) {
    const ScratchSpool scratch;
    const Spool spool = scratch.make();
    const SpoolRecord kept = record(5ns, "a line", after);
    spool.give_up(spool.hold(record(5ns, "a line", before), 7, no_limit), kept, 2);
    const std::string text = encode(kept).str();
    CHECK(waiting(spool) == Names{encode(kept).name(7, 2).text()});
    CHECK(*spool.read(Box::waiting, waiting(spool).front()) == text);
    CHECK(scratch.files("trying").empty());
    CHECK(scratch.files("tmp").empty());
    CHECK(scratch.counter() == counted(scratch.bytes()));
  }
}

TEST_CASE("a doubt that changed needs no room in a spool that is full") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  spool.give_up(spool.hold(record(5ns), 7, encode(record(5ns)).str().size()),
                record(5ns, "{}", Doubt::possibly_stored), 1);
  REQUIRE(waiting(spool).size() == 1);
  CHECK(decode_record(*spool.read(Box::waiting, waiting(spool).front()))->doubt ==
        Doubt::possibly_stored);
  CHECK(scratch.counter() == counted(scratch.bytes()));
}

TEST_CASE("a record that cannot be given up stays on the disk, for a flush to take it over") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const SpoolRecord kept = record(5ns);
  HeldRecord held = spool.hold(kept, 7, no_limit);
  const std::string name = held.name.text();
  SpoolName waits = held.name;
  waits.add_attempts(1);
  fs::create_directory(scratch.path / "new" / waits.text()); // in the way
  spool.give_up(std::move(held), kept, 1);
  CHECK(scratch.files("trying") == Names{name});
  CHECK_FALSE(is_locked(scratch.path / "trying" / name));
}

TEST_CASE("what cannot be moved into place is not there at all") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const SpoolRecord kept = record(5ns);
  const std::string name = encode(kept).name(7, 0).text();
  for (const char* const box : {"new", "trying"}) {
    fs::create_directories(scratch.path / box / name / "in the way");
  }
  const std::string quoted = "the spool \"" + scratch.path.string() + '"';
  CHECK(failure_of([&] {
          spool.add(encode(kept), 0, 7, no_limit);
        }).starts_with(quoted + " cannot move an entry: "));
  CHECK(failure_of([&] {
          spool.hold(kept, 7, no_limit);
        }).starts_with(quoted + " cannot move an entry: "));
  CHECK(scratch.files("tmp").empty());
}

// What the caller reports as lost must not be delivered later.
TEST_CASE("a record whose directory cannot be synchronised is not there at all") {
  for (const char* const box : {"new", "trying"}) {
    CAPTURE(box);
    const ScratchSpool scratch;
    const Spool spool = scratch.make();
    spool.add(encode(record(1ns)), 0, 1, no_limit);
    const std::string counter = scratch.counter();
    // Who may write a directory and not read it can rename into it and not open it, except root.
    const uid_t user = geteuid() == 0 ? 1 : geteuid();
    for (const auto& file : fs::recursive_directory_iterator{scratch.path}) {
      REQUIRE(lchown(file.path().c_str(), user, static_cast<gid_t>(-1)) == 0);
    }
    REQUIRE(lchown(scratch.path.c_str(), user, static_cast<gid_t>(-1)) == 0);
    REQUIRE(chmod((scratch.path / box).c_str(), 0300) == 0);
    const pid_t child = fork();
    if (child == 0) {
      std::string text;
      try {
        REQUIRE(setresuid(user, user, user) == 0);
        if (box == std::string_view{"new"}) {
          spool.add(encode(record(2ns)), 0, 2, no_limit);
        } else {
          spool.hold(record(2ns), 2, no_limit);
        }
      } catch (const Failure& failure) {
        text = failure.text();
      }
      _exit(text == "the spool \"" + scratch.path.string() +
                        "\" cannot be synchronised: permission denied"
                ? 0
                : 1);
    }
    CHECK(reap(child) == 0);
    REQUIRE(chmod((scratch.path / box).c_str(), 0700) == 0);
    CHECK(scratch.files("tmp").empty());
    CHECK(scratch.files("trying").empty());
    CHECK(scratch.files("new").size() == 1);
    CHECK(scratch.counter() == counter);
  }
}

TEST_CASE("a file of the same name that a killed writer left in tmp/ is written anew") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const SpoolRecord kept = record(5ns, "a line");
  const std::string name = encode(kept).name(7, 1).text();
  write_file(scratch.path / "tmp" / name, "half");
  spool.add(encode(kept), 1, 7, no_limit);
  CHECK(read_file(scratch.path / "new" / name) == encode(kept).str());
  CHECK(scratch.files("tmp").empty());
}

TEST_CASE("what is not a file of reasonable size is not read") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  const auto error = [&](const char* name) { return spool.read(Box::waiting, name).error(); };
  CHECK(error("missing") == std::errc::no_such_file_or_directory);
  fs::create_directory(scratch.path / "new/directory");
  CHECK(error("directory").message() == "it is a directory");
  fs::create_symlink("/etc/passwd", scratch.path / "new/link");
  CHECK(error("link").message() == "it is a symbolic link");
  REQUIRE(mkfifo((scratch.path / "new/fifo").c_str(), 0600) == 0);
  CHECK(error("fifo").message() == "it is a FIFO");
  write_file(scratch.path / "new/large", "");
  fs::resize_file(scratch.path / "new/large", 16UL * 1024 * 1024);
  CHECK(spool.read(Box::waiting, "large").has_value());
  fs::resize_file(scratch.path / "new/large", 16UL * 1024 * 1024 + 1);
  CHECK(error("large") == std::errc::file_too_large);
}

TEST_CASE("somebody's mail is no spool") {
  const ScratchSpool scratch;
  for (const char* const box : {"new", "tmp", "cur"}) {
    fs::create_directories(scratch.path / box);
    fs::permissions(scratch.path / box, fs::perms::owner_all);
  }
  fs::permissions(scratch.path, fs::perms::owner_all);
  CHECK(complaint(scratch.path).ends_with("it is not a spool: it has no directory \"refused\""));
}

TEST_CASE("a directory that was taken away is made again") {
  for (const char* const box : {"new", "tmp", "trying", "refused"}) {
    const ScratchSpool scratch;
    const Spool spool = scratch.make();
    fs::remove(scratch.path / box);
    spool.add(encode(record(1ns)), 0, 0, no_limit);
    CHECK(waiting(spool).size() == 1);
    spool.let_go(spool.hold(record(2ns), 0, no_limit));
  }
}

TEST_CASE("a spool or box that others may read or enter is set right") {
  for (const char* const place : {"", "new", "tmp", "trying", "refused"}) {
    for (const mode_t open : {0755U, 0750U, 0701U, 0704U}) {
      CAPTURE(place);
      CAPTURE(open);
      const ScratchSpool scratch;
      scratch.make();
      REQUIRE(chmod((scratch.path / place).c_str(), open) == 0);
      CHECK(Spool::find(scratch.path).has_value());
      CHECK(mode(scratch.path / place) == 0700);
    }
  }
}

TEST_CASE("a spool or box that others may write is refused") {
  for (const char* const place : {"", "/new", "/tmp", "/trying", "/refused"}) {
    for (const mode_t open : {0770U, 0777U, 0720U, 0702U}) {
      CAPTURE(place);
      CAPTURE(open);
      const ScratchSpool scratch;
      scratch.make();
      const std::string path = scratch.path.string() + place;
      REQUIRE(chmod(path.c_str(), open) == 0);
      CHECK(complaint(scratch.path) ==
            "cannot use the spool \"" + path + "\": other users may write to it; give it mode 700");
      CHECK(mode(path) == open); // nobody has tidied up what others may have put there
    }
  }
}

TEST_CASE("a box that is not a directory of ours is refused") {
  for (const char* const box : {"new", "tmp", "trying", "refused"}) {
    CAPTURE(box);
    const ScratchSpool scratch;
    scratch.make();
    const fs::path path = scratch.path / box;
    const std::string quoted = "cannot use the spool \"" + path.string() + "\": ";
    const std::string not_a_directory = "the spool \"" + scratch.path.string() +
                                        "\" cannot be read: \"" + box + "\" is not a directory";
    fs::rename(path, scratch.directory.path() / "elsewhere");
    fs::create_directory_symlink(scratch.directory.path() / "elsewhere", path);
    CHECK(complaint(scratch.path) == not_a_directory);
    fs::remove(path);
    write_file(path, "");
    CHECK(complaint(scratch.path) == not_a_directory);
    fs::remove(path);
    fs::create_directory(path);
    fs::permissions(path, fs::perms::owner_all);
    if (geteuid() == 0) {
      REQUIRE(chown(path.c_str(), 1, 1) == 0);
      CHECK(complaint(scratch.path) == quoted + "it belongs to another user");
      REQUIRE(chown(path.c_str(), 0, 0) == 0);
    }
    CHECK(complaint(scratch.path).empty());
  }
}

TEST_CASE("a directory that others may write, or that is none of ours, is refused") {
  const ScratchSpool scratch;
  const std::string quoted = "cannot use the spool \"" + scratch.path.string() + "\": ";
  fs::create_directory(scratch.path);
  for (const auto others : {fs::perms::group_write, fs::perms::others_write}) {
    fs::permissions(scratch.path, fs::perms::owner_all | others);
    CHECK(complaint(scratch.path) == quoted + "other users may write to it; give it mode 700");
  }
  fs::permissions(scratch.path, fs::perms::owner_all);
  if (geteuid() == 0) {
    REQUIRE(chown(scratch.path.c_str(), 1, 1) == 0);
    CHECK(complaint(scratch.path) == quoted + "it belongs to another user");
    REQUIRE(chown(scratch.path.c_str(), 0, 0) == 0);
  }
  fs::rename(scratch.path, scratch.directory.path() / "elsewhere");
  fs::create_symlink("elsewhere", scratch.path);
  for (const char* const end : {"", "/", "//", "/.", "/./", "/./.", "//.//"}) {
    CAPTURE(end);
    CHECK(complaint(scratch.path.string() + end) == quoted + "it is a symbolic link");
    CHECK(failure_of([&] { Spool::find(scratch.path.string() + end); }) ==
          quoted + "it is a symbolic link");
  }
  fs::remove(scratch.path);
  write_file(scratch.path, "");
  CHECK(complaint(scratch.path) == quoted + "it is not a directory");
}

TEST_CASE("a spool is named in many ways, and is the same") {
  const ScratchSpool scratch;
  for (const char* const end : {"", "/", "/.", "/./.", "//"}) {
    CHECK(Spool::make(scratch.path.string() + end).path() == scratch.path.string());
  }
  CHECK_FALSE(Spool::find(scratch.path.string() + "/missing/.").has_value());
}

TEST_CASE("the directories above are made for the usual spool alone") {
  const TemporaryDirectory home;
  const std::string deep = home.path() / "a/b/spool";
  CHECK(complaint(deep) ==
        "cannot use the spool \"" + deep + "\": its parent directory is missing; create it");
  Spool::make(deep, true).add(encode(record(1ns)), 0, 0, no_limit);
  CHECK(mode(home.path() / "a") == 0700);
}

TEST_CASE("an empty directory that somebody made is used") {
  const ScratchSpool scratch;
  fs::create_directory(scratch.path);
  fs::permissions(scratch.path, fs::perms::owner_all);
  const Spool spool = scratch.make();
  CHECK(waiting(spool).empty());
  CHECK(spool.count(Box::waiting) == 0);
  LockedSpool::try_lock(spool)->tidy();
  spool.add(encode(record(1ns)), 0, 0, no_limit);
  CHECK(waiting(spool).size() == 1);
}

TEST_SUITE_END();
