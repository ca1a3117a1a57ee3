#include "spool/locked_spool.hpp"

#include "base/hash.hpp"
#include "spool/sending_file.hpp"
#include "support/process.hpp"
#include "support/scratch_spool.hpp"
#include "system/file_lock.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// A spool that is locked.
struct Locked : ScratchSpool {
  Spool spool = make();
  LockedSpool locked = *LockedSpool::try_lock(spool);
  std::uint64_t made = 0;

  // Adds a record and returns its name.
  SpoolName add(const SpoolRecord& record, int attempts = 0) {
    const std::uint64_t id = ++made;
    spool.add(encode(record), attempts, id, no_limit);
    return encode(record).name(id, attempts);
  }
  SpoolName add(std::chrono::nanoseconds time) { return add(record(time)); }

  Names waiting() { return texts(locked.list().names); }
  static Names texts(const auto& names) {
    Names found;
    for (const SpoolName& name : names) {
      found.push_back(name.text());
    }
    return found;
  }
  SpoolRecord waiting_record(const std::string& name) const {
    return *decode_record(read_file(path / "new" / name));
  }
};

Names lines(const SpoolRecord& record) {
  Names found;
  for (const TimedLine& entry : record.entries) {
    found.push_back(entry.line);
  }
  return found;
}

SpoolRecord three(Doubt doubt = Doubt::none) {
  return record_of_lines({{Instant{3ns}, "c"}, {Instant{1ns}, "a"}, {Instant{2ns}, "b"}}, doubt);
}

Names stems(const auto& names) {
  Names found;
  for (const SpoolName& name : names) {
    found.push_back(name.stem());
  }
  return found;
}

// The name that a part of a record gets: it depends on the record and on the place of the part.
std::string expected_name(const SpoolName& old, const SpoolRecord& part, std::size_t place) {
  return encode(part).name(hash_of(old.stem() + '/' + std::to_string(place)), old.attempts).text();
}

} // namespace

TEST_SUITE_BEGIN("locked_spool");

TEST_CASE("one at a time may take entries out") {
  const ScratchSpool scratch;
  const Spool one = scratch.make();
  {
    const Spool other = scratch.make();
    const auto locked = LockedSpool::try_lock(other);
    CHECK(locked);
    CHECK_FALSE(LockedSpool::try_lock(one));
    one.add(encode(record(1ns)), 0, 0, no_limit); // adding needs no lock
  }
  CHECK(LockedSpool::try_lock(one));
}

TEST_CASE("the lock is a file of the owner alone, which stays, and not the directory") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  CHECK(LockedSpool::try_lock(spool));
  struct stat status {};
  REQUIRE(lstat((scratch.path / "lock").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0600);
  const Descriptor directory{::open(scratch.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  REQUIRE_FALSE(lock_file(directory));
  CHECK(LockedSpool::try_lock(spool)); // whoever locks the directory holds up nobody
}

TEST_CASE("a lock that is no file is told") {
  const ScratchSpool scratch;
  const Spool spool = scratch.make();
  fs::remove(scratch.path / "lock");
  fs::create_symlink("elsewhere", scratch.path / "lock");
  CHECK(failure_of([&] {
          LockedSpool::try_lock(spool);
        }).starts_with("the spool \"" + scratch.path.string() + "\" cannot be locked: "));
  CHECK_FALSE(fs::exists(scratch.path / "elsewhere"));
}

TEST_CASE("a record whose sender was killed is taken over, as possibly stored") {
  Locked spool;
  const SpoolName name = spool.spool.hold(record(5ns, "a line"), 7, no_limit).name;
  spool.locked.take_over();
  CHECK(spool.files("trying").empty());
  CHECK(spool.files("tmp").empty());
  REQUIRE(spool.waiting().size() == 1);
  const SpoolName taken = *parse_spool_name(spool.waiting().front());
  CHECK(taken.stem() == name.stem());
  CHECK(taken.attempts == 1);
  CHECK(taken.size == fs::file_size(spool.path / "new" / taken.text()));
  CHECK(spool.waiting_record(taken.text()).doubt == Doubt::possibly_stored);
  CHECK(lines(spool.waiting_record(taken.text())) == Names{"a line"});
  CHECK(spool.counter() == counted(spool.bytes()));
}

TEST_CASE("what a killed sender has noted about its record says more") {
  for (const Doubt doubt : {Doubt::possibly_stored, Doubt::unconfirmed, Doubt::unconfirmed_twice}) {
    Locked spool;
    const SpoolRecord kept = record(5ns, "{}", doubt);
    spool.spool.hold(kept, 7, no_limit);
    spool.locked.take_over();
    CHECK(spool.files("trying").empty());
    REQUIRE(spool.waiting().size() == 1);
    CHECK(read_file(spool.path / "new" / spool.waiting().front()) == encode(kept).str());
    CHECK(spool.counter() == counted(spool.bytes()));
  }
}

TEST_CASE("a record whose sender lives is left alone") {
  Locked spool;
  const HeldRecord held = spool.spool.hold(record(5ns), 7, no_limit);
  const std::string before = read_file(spool.path / "trying" / held.name.text());
  spool.locked.take_over();
  CHECK(spool.files("trying") == Names{held.name.text()});
  CHECK(read_file(spool.path / "trying" / held.name.text()) == before);
  CHECK(spool.waiting().empty());
}

TEST_CASE("a killed process is a sender that has ended") {
  Locked spool;
  spool.add(2ns);
  const Pipe ready = make_pipe();
  const pid_t child = fork();
  if (child == 0) {
    const HeldRecord held = spool.spool.hold(record(5ns), 7, no_limit);
    [[maybe_unused]] const ssize_t told = write(ready.writing.get(), "x", 1);
    while (true) {
      pause();
    }
  }
  char byte = 0;
  REQUIRE(read(ready.reading.get(), &byte, 1) == 1);
  spool.locked.take_over();
  CHECK(spool.files("trying").size() == 1);
  REQUIRE(kill(child, SIGKILL) == 0);
  REQUIRE(reap(child) == 128 + SIGKILL);
  spool.locked.take_over();
  CHECK(spool.files("trying").empty());
  CHECK(spool.waiting().size() == 2);
}

TEST_CASE("many are taken over in one pass, those that are torn or foreign included") {
  Locked spool;
  for (int i = 1; i <= 30; ++i) {
    spool.spool.hold(record(std::chrono::nanoseconds{i}), 7, no_limit);
  }
  const std::string torn = SpoolName{Instant{50ns}, 1, 4, 1, 0}.text();
  write_file(spool.path / "trying" / torn, "half");
  write_file(spool.path / "trying/stranger", "hello");
  fs::create_symlink("/etc/passwd", spool.path / "trying/link");
  spool.locked.take_over();
  CHECK(spool.files("trying").empty());
  SpoolListing listing = spool.locked.list();
  std::ranges::sort(listing.others);
  CHECK(listing.names.size() == 31);
  CHECK(listing.names.back().text() == torn); // is set aside when it is read
  CHECK(read_file(spool.path / "new" / torn) == "half");
  CHECK(listing.others == Names{"link", "stranger"});
}

TEST_CASE("a list has records in order, and foreign names beside them") {
  Locked spool;
  const Names names{spool.add(1ns).text(), spool.add(three()).text(), spool.add(3ns).text()};
  write_file(spool.path / "new/stranger", "");
  write_file(spool.path / "new/.hidden", "");
  const SpoolListing listing = spool.locked.list();
  CHECK(Locked::texts(listing.names) == names);
  CHECK(listing.others == Names{"stranger"});
}

TEST_CASE("a list that has met enough entries stops") {
  Locked spool;
  for (int i = 1; i <= 20; ++i) {
    spool.add(std::chrono::nanoseconds{i});
  }
  CHECK(spool.locked.list(5).names.size() == 5);
  CHECK(spool.locked.list(1).names.size() == 1);
  CHECK(spool.locked.list(20).names.size() == 20);
  CHECK(spool.locked.list(21).names.size() == 20);
  const SpoolListing listing = spool.locked.list(7);
  CHECK(std::ranges::is_sorted(listing.names, std::less<>{}));
}

TEST_CASE("a record of many entries counts as many in a list") {
  Locked spool;
  spool.add(three());
  spool.add(three());
  CHECK(spool.locked.list(3).names.size() == 1);
  CHECK(spool.locked.list(4).names.size() == 2);
}

TEST_CASE("a list raises a counter that is below what waits, and an unfinished one does not") {
  Locked spool;
  spool.add(1ns);
  spool.add(2ns);
  const std::string right = spool.counter();
  write_file(spool.path / "size", counter_text(1)); // somebody has moved a file into new/
  spool.locked.list(1);
  CHECK(spool.counter() == counted(1));
  spool.locked.list();
  CHECK(spool.counter() == right);
  write_file(spool.path / "size", counter_text(100'000));
  spool.locked.list();
  CHECK(spool.counter() == counted(100'000));
}

TEST_CASE("a reason that was moved back together with its entry goes") {
  Locked spool;
  const SpoolName name = spool.add(1ns);
  spool.locked.set_aside(name.text(), "because");
  for (const std::string& file : spool.files("refused")) {
    fs::rename(spool.path / "refused" / file, spool.path / "new" / file);
  }
  const SpoolListing listing = spool.locked.list();
  CHECK(Locked::texts(listing.names) == Names{name.text()});
  CHECK(listing.others.empty());
  CHECK(spool.files("new") == Names{name.text()});
}

TEST_CASE("a replacement is undone as long as the record that it replaces exists") {
  Locked spool;
  const SpoolName old = spool.add(three());
  const std::string counter = spool.counter();
  const SpoolRecord child = record(2ns, "b");
  const SpoolName name = encode(child).name(9, 0);
  write_file(spool.path / "new" / joined_name(name, old), encode(child).str());
  write_file(spool.path / "size", counter_text(spool.bytes()));
  CHECK(spool.waiting() == Names{old.text()});
  CHECK(spool.files("new") == Names{old.text()});
  CHECK(spool.counter() == counter);
}

TEST_CASE("replacements count when the record that they replace is gone, whatever came between") {
  Locked spool;
  const SpoolName old{Instant{1ns}, 4, 100, 3, 2};
  const SpoolRecord one = record(2ns, "b");
  const SpoolRecord other = record(1ns, "a");
  const SpoolName name = encode(one).name(9, 0);
  const SpoolName other_name = encode(other).name(10, 0);
  write_file(spool.path / "new" / joined_name(name, old), encode(one).str());
  write_file(spool.path / "new" / other_name.text(), encode(other).str()); // has its name already
  CHECK(spool.waiting() == Names{other_name.text(), name.text()});
  CHECK(spool.files("new") == Names{other_name.text(), name.text()});
}

TEST_CASE("a joined name that has no names in it is set aside") {
  Locked spool;
  const std::string name = SpoolName{Instant{1ns}, 4, 100, 3, 2}.text();
  for (const std::string& file : Names{"a+b", "+b", "a+" + name, name + "+b"}) {
    CAPTURE(file);
    write_file(spool.path / "new" / file, "");
    const SpoolListing listing = spool.locked.list();
    CHECK(listing.names.empty());
    CHECK(listing.others.empty());
    CHECK(spool.files("new").empty());
    CHECK(read_file(spool.path / "refused" / (file + ".reason")) ==
          "its name is not that of an entry\n");
  }
}

TEST_CASE("a file that ends in a plus is a stranger") {
  Locked spool;
  write_file(spool.path / "new/a+", "");
  CHECK(spool.locked.list().others == Names{"a+"});
}

TEST_CASE("a file with a foreign name gets the name of a record") {
  Locked spool;
  const std::string text = encode(three()).str();
  write_file(spool.path / "new/stranger", text);
  fs::remove(spool.path / "size");
  spool.add(9ns);
  const SpoolName name = spool.locked.adopt("stranger", three());
  CHECK(name.time == Instant{1ns});
  CHECK(name.entries == 3);
  CHECK(name.size == text.size());
  CHECK(name.attempts == 0);
  CHECK(read_file(spool.path / "new" / name.text()) == text);
  CHECK(spool.waiting().front() == name.text());
  CHECK(spool.counter() == counted(spool.bytes()));
  CHECK(failure_of([&] {
          spool.locked.adopt("missing", three());
        }).starts_with("the spool \"" + spool.path.string() + "\" cannot move an entry: "));
}

TEST_CASE("attempts are counted in the name, and a record that is gone is not made anew") {
  Locked spool;
  const SpoolName name = spool.add(record(1ns), 1);
  const SpoolName tried = spool.locked.count_attempts(name, 2);
  CHECK(tried.attempts == 3);
  CHECK(spool.waiting() == Names{tried.text()});
  CHECK(spool.locked.count_attempts(name, 2).text() == name.text());
  CHECK(spool.waiting() == Names{tried.text()});
  CHECK(spool.counter() == counted(spool.bytes()));
}

TEST_CASE("attempts beyond what a name can say are counted as the most") {
  Locked spool;
  const SpoolName name = spool.add(record(1ns), 65'535);
  CHECK(spool.locked.count_attempts(name, 1).text() == name.text());
  CHECK(spool.waiting() == Names{name.text()});
}

TEST_CASE("records are removed together, and those that are gone are no error") {
  Locked spool;
  std::vector<SpoolName> names;
  for (int i = 1; i <= 5; ++i) {
    names.push_back(spool.add(std::chrono::nanoseconds{i}));
  }
  fs::remove(spool.path / "new" / names[1].text());
  names.erase(names.begin() + 3);
  spool.locked.remove(names);
  CHECK(spool.waiting().size() == 1);
  CHECK(spool.counter() == counted(2 * spool.bytes())); // one was not there to be subtracted
  spool.locked.remove(names);
  spool.locked.remove({});
  CHECK(spool.waiting().size() == 1);
}

TEST_CASE("what cannot be removed is told, and what was removed before it does not count") {
  Locked spool;
  std::vector<SpoolName> names{spool.add(1ns), spool.add(2ns), spool.add(3ns)};
  const std::string stuck = names[1].text();
  fs::remove(spool.path / "new" / stuck);
  fs::create_directories(spool.path / "new" / stuck / "in the way");
  CHECK(failure_of([&] { spool.locked.remove(names); })
            .starts_with("the spool \"" + spool.path.string() + "\" cannot release \"new/" + stuck +
                         "\": "));
  CHECK(spool.files("new") == Names{stuck, names[2].text()});
  CHECK(spool.counter() == counted(std::uint64_t{names[1].size} + names[2].size));
}

TEST_CASE("a record is replaced by others, in one step") {
  Locked spool;
  const SpoolName old = spool.add(three(), 4);
  SpoolRecord later = record(9ns, "changed");
  later.is_restamped = true;
  const std::vector<SpoolRecord> parts{record(3ns, "c", Doubt::possibly_stored), later};
  const std::vector<SpoolName> names = spool.locked.replace(old, parts);
  REQUIRE(names.size() == 2);
  CHECK(spool.waiting() == Locked::texts(names));
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(read_file(spool.path / "new" / names[i].text()) == encode(parts[i]).str());
    CHECK(names[i].attempts == 4);
    CHECK(names[i].size == encode(parts[i]).str().size());
  }
  CHECK(names[0].time == Instant{3ns});
  CHECK(names[1].time == Instant{9ns});
  CHECK(spool.files("tmp").empty());
  CHECK(spool.counter() == counted(spool.bytes()));
}

TEST_CASE("a record may be replaced by nothing, and needs no room for anything else") {
  Locked spool;
  const SpoolName old = spool.add(three());
  CHECK(spool.locked.replace(old, {}).empty());
  CHECK(spool.waiting().empty());
  CHECK(spool.counter() == counted(0));
}

TEST_CASE("a replacement that was cut short anywhere leaves no other names when it is repeated") {
  const std::vector<SpoolRecord> parts{record(3ns, "c"), record(1ns, "a", Doubt::possibly_stored),
                                       record(2ns, "b")};
  Locked whole;
  const SpoolName old = whole.add(three());
  const Names expected = [&] {
    Names names = Locked::texts(whole.locked.replace(old, parts));
    std::ranges::sort(names);
    return names;
  }();
  // How many of the parts are in new/ under joined names, and how many more in tmp/.
  for (std::size_t placed = 0; placed <= 3; ++placed) {
    for (const bool has_half : {false, true}) {
      for (const bool is_gone : {false, true}) {
        if ((is_gone && (placed < 3 || has_half)) || (has_half && placed == 3)) {
          continue;
        }
        CAPTURE(placed);
        CAPTURE(has_half);
        CAPTURE(is_gone);
        Locked spool;
        REQUIRE(spool.add(three()).text() == old.text());
        for (std::size_t i = 0; i < placed; ++i) {
          const SpoolName name = *parse_spool_name(expected_name(old, parts[i], i));
          write_file(spool.path / "new" / joined_name(name, old), encode(parts[i]).str());
        }
        if (has_half) {
          write_file(spool.path / "tmp" / expected_name(old, parts[placed], placed), "half");
        }
        if (is_gone) {
          fs::remove(spool.path / "new" / old.text());
        }
        // The next process lists what waits, and does what is still to be done.
        const Names left = spool.waiting();
        if (is_gone) {
          CHECK(left.size() == 3);
        } else {
          REQUIRE(left == Names{old.text()});
          spool.locked.replace(old, parts);
        }
        CHECK(spool.files("new") == expected);
        CHECK(spool.files("tmp").empty());
      }
    }
  }
}

TEST_CASE("a replacement that fails leaves the record as it was") {
  Locked spool;
  const SpoolName old = spool.add(three());
  const std::vector<SpoolRecord> parts{record(3ns, "c"), record(1ns, "a")};
  const std::string second = expected_name(old, parts[1], 1);
  const fs::path in_the_way =
      spool.path / "new" / joined_name(*parse_spool_name(second), old) / "in the way";
  fs::create_directories(in_the_way);
  CHECK(failure_of([&] {
          spool.locked.replace(old, parts);
        }).starts_with("the spool \"" + spool.path.string() + "\" cannot move an entry: "));
  fs::remove_all(in_the_way.parent_path());
  CHECK(spool.files("new") == Names{old.text()});
  CHECK(read_file(spool.path / "new" / old.text()) == encode(three()).str());
  CHECK(spool.files("tmp").empty());
}

TEST_CASE("refused entries are files of their own, each with its reason") {
  Locked spool;
  const SpoolName name = spool.add(three(Doubt::possibly_stored), 5);
  SpoolRecord head = three(Doubt::possibly_stored);
  head.entries.clear();
  const std::vector<RefusedEntry> refused{{0, {Instant{3ns}, "c"}, "no such number"},
                                          {2, {Instant{2ns}, "b"}, "too long"}};
  const Names files = spool.locked.refuse(name, head, refused);
  REQUIRE(files.size() == 2);
  CHECK(spool.spool.count(Box::refused) == 2);
  CHECK(spool.spool.reason(files[0]) == "no such number");
  CHECK(spool.spool.reason(files[1]) == "too long");
  // Whoever moves one back wants it to be sent, so nothing is in doubt.
  CHECK(read_file(spool.path / "refused" / files[0]) == encode(record(3ns, "c")).str());
  CHECK(read_file(spool.path / "refused" / files[1]) == encode(record(2ns, "b")).str());
  CHECK(parse_spool_name(files[0])->time == Instant{3ns});
  CHECK(parse_spool_name(files[0])->attempts == 0);
  CHECK(spool.waiting() == Names{name.text()}); // until the caller removes or replaces it
  CHECK(spool.files("tmp").empty());
  CHECK(spool.counter() == counted(spool.bytes()));
}

TEST_CASE("entries that are refused again overwrite what is there, a stale reason included") {
  Locked spool;
  const SpoolName name = spool.add(three());
  SpoolRecord head = three();
  head.entries.clear();
  const auto refuse = [&](const SpoolName& of, const std::string& reason) {
    const std::vector<RefusedEntry> refused{{1, {Instant{1ns}, "a"}, reason}};
    return spool.locked.refuse(of, head, refused);
  };
  const Names files = refuse(name, "first");
  const Names all = spool.files("refused");
  CHECK(refuse(name, "second") == files);
  CHECK(spool.files("refused") == all);
  CHECK(spool.spool.reason(files[0]) == "second");
  SpoolName tried = name;
  tried.add_attempts(7);
  CHECK(refuse(tried, "third") == files);
  CHECK(spool.files("refused") == all);
  // A process that was killed in between leaves a reason without an entry, or half a file.
  fs::remove(spool.path / "refused" / files[0]);
  write_file(spool.path / "tmp" / files[0], "half");
  CHECK(refuse(name, "fourth") == files);
  CHECK(spool.files("refused") == all);
  CHECK(spool.spool.reason(files[0]) == "fourth");
  CHECK(read_file(spool.path / "refused" / files[0]) == encode(record(1ns, "a")).str());
}

TEST_CASE("two entries of one time, or even alike, are two files") {
  Locked spool;
  const SpoolRecord alike = record_of_lines({{Instant{1ns}, "a"}, {Instant{1ns}, "a"}});
  const SpoolName name = spool.add(alike);
  SpoolRecord head = alike;
  head.entries.clear();
  const std::vector<RefusedEntry> refused{{0, alike.entries[0], "x"}, {1, alike.entries[1], "y"}};
  const Names files = spool.locked.refuse(name, head, refused);
  REQUIRE(files.size() == 2);
  CHECK(files[0] != files[1]);
  CHECK(spool.spool.count(Box::refused) == 2);
  CHECK(spool.spool.reason(files[0]) == "x");
  CHECK(spool.spool.reason(files[1]) == "y");
}

TEST_CASE("a reason that cannot be written does not keep an entry from being refused") {
  Locked spool;
  const SpoolName name = spool.add(three());
  SpoolRecord head = three();
  head.entries.clear();
  const std::vector<RefusedEntry> refused{{0, {Instant{3ns}, "c"}, "because"}};
  const std::string file = encode(record(3ns, "c")).name(name.id, 0).text();
  fs::create_directories(spool.path / "refused" / (file + ".reason") / "in the way");
  CHECK(spool.locked.refuse(name, head, refused) == Names{file});
  CHECK(fs::exists(spool.path / "refused" / file));
  CHECK(spool.spool.reason(file).empty());
}

TEST_CASE("refused/ is made anew when somebody has removed it") {
  Locked spool;
  const SpoolName name = spool.add(three());
  SpoolRecord head = three();
  head.entries.clear();
  fs::remove(spool.path / "refused");
  const std::vector<RefusedEntry> refused{{0, {Instant{3ns}, "c"}, "because"}};
  const Names files = spool.locked.refuse(name, head, refused);
  CHECK(spool.spool.reason(files[0]) == "because");
}

TEST_CASE("what is set aside moves with the reason beside it, and can be dropped") {
  Locked spool;
  const std::string name = spool.add(1ns).text();
  spool.locked.set_aside(name, "because");
  CHECK(spool.waiting().empty());
  CHECK(spool.counter() == counted(0));
  CHECK(Locked::texts(spool.spool.list(Box::refused).names) == Names{name});
  CHECK(spool.spool.count(Box::refused) == 1);
  CHECK(spool.spool.reason(name) == "because");
  CHECK(read_file(spool.path / "refused" / (name + ".reason")) == "because\n");
  spool.locked.remove_file(Box::refused, name);
  CHECK(spool.files("refused").empty());
  spool.locked.remove_file(Box::refused, name); // gone already
  CHECK(spool.counter() == counted(0));
}

TEST_CASE("only the first line of a reason is one") {
  Locked spool;
  write_file(spool.path / "refused/x.reason", "one\ntwo\n");
  CHECK(spool.spool.reason("x") == "one");
  CHECK(spool.spool.reason("missing").empty());
}

TEST_CASE("a file of any name can be removed from what waits") {
  Locked spool;
  const SpoolName name = spool.add(1ns);
  write_file(spool.path / "new/stranger", "");
  spool.locked.remove_file(Box::waiting, "stranger");
  spool.locked.remove_file(Box::waiting, name.text());
  spool.locked.remove_file(Box::waiting, "missing");
  CHECK(spool.files("new").empty());
  CHECK(spool.counter() == counted(0));
  fs::create_directories(spool.path / "new/stranger/in the way");
  CHECK(failure_of([&] { spool.locked.remove_file(Box::waiting, "stranger"); })
            .starts_with("the spool \"" + spool.path.string() +
                         "\" cannot release \"new/stranger\": "));
}

TEST_CASE("what is about to be sent is noted, whatever becomes of its name") {
  Locked spool;
  CHECK(SendingFile{spool.locked}.read().empty());
  const std::vector<SpoolName> first{spool.add(1ns), spool.add(2ns)};
  const std::vector<SpoolName> second{spool.add(3ns)};
  SendingFile{spool.locked}.add(first, false);
  CHECK(stems(SendingFile{spool.locked}.read()) == stems(first));
  const SpoolName tried = spool.locked.count_attempts(first[0], 3);
  CHECK(SendingFile{spool.locked}.read().contains(tried));
  SendingFile{spool.locked}.add(second, true);
  CHECK(SendingFile{spool.locked}.read().size() == 3);
  CHECK(SendingFile{spool.locked}.read().contains(second[0]));
  SendingFile{spool.locked}.add(second, false);
  CHECK(stems(SendingFile{spool.locked}.read()) == stems(second));
  SendingFile{spool.locked}.replace({first[1]});
  CHECK(stems(SendingFile{spool.locked}.read()) == Names{first[1].stem()});
  write_file(spool.path / "tmp/sending", "left by a call that was cut short");
  SendingFile{spool.locked}.replace({first[0]});
  CHECK(stems(SendingFile{spool.locked}.read()) == Names{first[0].stem()});
  CHECK(spool.files("tmp").empty());
  SendingFile{spool.locked}.replace({});
  CHECK(SendingFile{spool.locked}.read().empty());
  struct stat status {};
  REQUIRE(stat((spool.path / "sending").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0600);
}

TEST_CASE("of a note that was cut, the last line does not count and the others do") {
  Locked spool;
  const std::vector<SpoolName> names{spool.add(1ns), spool.add(2ns)};
  SendingFile{spool.locked}.add(names, false);
  const std::string whole = read_file(spool.path / "sending");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    write_file(spool.path / "sending", whole.substr(0, size));
    CHECK(SendingFile{spool.locked}.read().size() == size / (whole.size() / 2));
  }
  // What is noted after a cut line is not lost with it.
  write_file(spool.path / "sending", whole.substr(0, whole.size() - 3));
  const std::vector<SpoolName> more{spool.add(3ns)};
  SendingFile{spool.locked}.add(more, true);
  CHECK(stems(SendingFile{spool.locked}.read()) == Names{names[0].stem(), more[0].stem()});
}

TEST_CASE("a note of something else names nothing") {
  Locked spool;
  write_file(spool.path / "sending", "hello\n\n1.2\n" + std::string(100, '\0') + '\n');
  CHECK(SendingFile{spool.locked}.read().empty());
  fs::remove(spool.path / "sending");
  fs::create_directory(spool.path / "sending");
  CHECK(failure_of([&] {
          SendingFile{spool.locked}.read();
        }).starts_with("the spool \"" + spool.path.string() + "\" cannot read what was sent: "));
}

TEST_CASE("what killed writers left behind goes after 36 hours") {
  Locked spool;
  const auto now = fs::file_time_type::clock::now();
  const std::string old = SpoolName{Instant{1ns}, 1, 4, 1, 0}.text();
  const std::string young = SpoolName{Instant{2ns}, 2, 4, 1, 0}.text();
  for (const auto& [name, age] : {std::pair{old, 37h}, {young, 35h}, {"stranger", 37h}}) {
    write_file(spool.path / "tmp" / name, "half");
    fs::last_write_time(spool.path / "tmp" / name, now - age);
  }
  spool.locked.tidy();
  CHECK_FALSE(fs::exists(spool.path / "tmp" / old));
  CHECK(fs::exists(spool.path / "tmp" / young));
  CHECK(fs::exists(spool.path / "tmp/stranger"));
}

TEST_CASE("a reason goes when its entry was moved back") {
  Locked spool;
  for (const auto time : {1ns, 2ns}) {
    spool.locked.set_aside(spool.add(time).text(), "because");
  }
  const std::string name = spool.spool.list(Box::refused).names.front().text();
  fs::rename(spool.path / "refused" / name, spool.path / "new" / name);
  spool.locked.tidy();
  CHECK(spool.files("new").size() == 1);
  CHECK(spool.files("refused").size() == 2); // the other, with its reason
}

TEST_SUITE_END();
