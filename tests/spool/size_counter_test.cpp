#include "spool/size_counter.hpp"

#include "support/process.hpp"
#include "support/scratch_spool.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

using namespace metrics_event;
using namespace std::chrono_literals;
using metrics_event::testing::counted;
using metrics_event::testing::counter_text;
using metrics_event::testing::no_limit;
using metrics_event::testing::read_file;
using metrics_event::testing::reap;
using metrics_event::testing::TemporaryDirectory;
using metrics_event::testing::write_file;

namespace {

// A directory with a counter, and what a real count would find.
struct Counted {
  TemporaryDirectory parent;
  PrivateDirectory directory =
      PrivateDirectory::make(parent.path() / "counted", false, "the directory");
  std::filesystem::path file = parent.path() / "counted/size";
  std::uint64_t real = 0;
  Instant oldest = Instant::max();
  int counts = 0;

  SizeCounter counter() {
    return {directory, [this] {
              counts += 1;
              return Backlog{real, oldest};
            }};
  }
  // Adds bytes as a writer does that is not interrupted.
  bool add(std::uint64_t size, std::uint64_t most = no_limit, Instant time = Instant{}) {
    const bool is_added = counter().add({size, time}, most);
    real += is_added ? size : 0;
    return is_added;
  }
  // The bytes in the counter.
  std::string text() const { return read_file(file).substr(0, 20); }
};

} // namespace

TEST_SUITE_BEGIN("size_counter");

TEST_CASE("what was never counted is counted once, and not again") {
  Counted counted_one;
  counted_one.real = 500;
  CHECK(counted_one.add(100));
  CHECK(counted_one.text() == counted(600));
  CHECK(counted_one.add(100));
  CHECK(counted_one.text() == counted(700));
  counted_one.counter().subtract([] { return std::uint64_t{300}; });
  CHECK(counted_one.text() == counted(400));
  CHECK(counted_one.counts == 1);
  struct stat status {};
  REQUIRE(stat(counted_one.file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0600);
}

TEST_CASE("a counter that is damaged in any way is counted anew") {
  for (const std::string damaged :
       {"", "7", "0000000000000000007", "000000000000000000007", "00000000000000000700\n",
        "0000000000000000x007", "-0000000000000000007", "+0000000000000000007",
        "                   7", "99999999999999999999", "18446744073709551616",
        "0000000000 000000007"}) {
    CAPTURE(damaged);
    for (const std::string& text : {damaged, damaged + counted(7), counted(7) + damaged}) {
      Counted one;
      one.real = 40;
      write_file(one.file, text);
      CHECK(one.add(2));
      CHECK(one.counts == 1);
      CHECK(one.text() == counted(42));
    }
  }
  Counted one;
  one.real = 40;
  write_file(one.file, std::string(40, '\0'));
  CHECK(one.add(2));
  CHECK(one.text() == counted(42));
}

TEST_CASE("the largest number that a counter can hold is one") {
  Counted one;
  write_file(one.file, counter_text(no_limit));
  one.real = 5;
  CHECK(one.add(3)); // it is too high, so it is counted
  CHECK(one.counts == 1);
  CHECK(one.text() == counted(8));
}

TEST_CASE("what is taken away from a damaged counter leaves the count to the next one") {
  Counted one;
  one.real = 40;
  write_file(one.file, "damaged");
  one.counter().subtract([&one] {
    one.real -= 10;
    return std::uint64_t{10};
  });
  CHECK(one.counts == 0);
  CHECK(one.add(1));
  CHECK(one.counts == 1);
  CHECK(one.text() == counted(31));
}

TEST_CASE("exactly as much as is allowed fits, and not one byte more") {
  Counted one;
  CHECK(one.add(60, 100));
  CHECK_FALSE(one.add(41, 100));
  CHECK(one.text() == counted(60));
  CHECK(one.add(40, 100));
  CHECK(one.text() == counted(100));
  CHECK_FALSE(one.add(1, 100));
  CHECK(one.add(0, 100));
  CHECK_FALSE(one.add(no_limit, no_limit)); // the sum does not wrap around
  CHECK(one.text() == counted(100));
}

TEST_CASE("a first record that is larger than all that is allowed does not fit") {
  Counted one;
  CHECK_FALSE(one.add(101, 100));
  CHECK(one.text() == counted(0));
  CHECK(one.add(100, 100));
}

TEST_CASE("a counter that is too high is corrected before anything is refused") {
  Counted one;
  one.real = 10;
  write_file(one.file, counter_text(95));
  CHECK(one.add(5, 100)); // fits as it is
  CHECK(one.counts == 0);
  CHECK(one.text() == counted(100));
  CHECK(one.add(1, 100));
  CHECK(one.counts == 1);
  CHECK(one.text() == counted(16)); // 10 + 5 + 1
}

TEST_CASE("a refusal leaves the real count behind") {
  Counted one;
  one.real = 90;
  write_file(one.file, counter_text(1000));
  CHECK_FALSE(one.add(11, 100));
  CHECK(one.counts == 1);
  CHECK(one.text() == counted(90));
}

TEST_CASE("no more is taken away than there is") {
  Counted one;
  write_file(one.file, counter_text(10));
  one.counter().subtract([] { return std::uint64_t{11}; });
  CHECK(one.text() == counted(0));
}

TEST_CASE("what could not be removed is still counted") {
  Counted one;
  write_file(one.file, counter_text(10));
  CHECK_THROWS_AS(one.counter().subtract([]() -> std::uint64_t { throw std::runtime_error{"no"}; }),
                  std::runtime_error);
  CHECK(one.text() == counted(10));
  CHECK(one.add(1)); // the lock is free again
  CHECK(one.text() == counted(11));
}

TEST_CASE("a counter is raised to what is known to wait, and never lowered") {
  Counted one;
  write_file(one.file, counter_text(10));
  one.counter().raise_to({9});
  CHECK(one.text() == counted(10));
  one.counter().raise_to({12});
  CHECK(one.text() == counted(12));
  write_file(one.file, "damaged");
  one.counter().raise_to({12}); // the next one counts
  one.real = 7;
  CHECK(one.add(1));
  CHECK(one.text() == counted(8));
}

TEST_CASE("the oldest entry time is that of all that was added since nothing waited") {
  Counted one;
  const std::string directory = one.file.parent_path();
  const auto oldest = [&directory] { return SizeCounter::peek(directory).value().oldest; };
  const Instant early{1h};
  const Instant late{2h};
  CHECK_FALSE(SizeCounter::peek(directory));
  CHECK(one.add(10, no_limit, late));
  CHECK(oldest() == late);
  CHECK(one.add(10, no_limit, early));
  CHECK(one.add(10, no_limit, late));
  CHECK(oldest() == early);
  CHECK(SizeCounter::peek(directory)->bytes == 30);
  one.counter().subtract([] { return std::uint64_t{20}; });
  CHECK(oldest() == early); // it may be too old
  one.counter().subtract([] { return std::uint64_t{10}; });
  CHECK(oldest() == Instant::max());
  CHECK(one.add(10, no_limit, late));
  CHECK(oldest() == late);
  one.counter().raise_to({1, early});
  CHECK(oldest() == early);
  one.counter().raise_to({1, late});
  CHECK(oldest() == early);
  CHECK(SizeCounter::peek(directory)->bytes == 10);

  CHECK(one.add(1, no_limit, Instant{-1h})); // before 1970
  CHECK(oldest() == Instant{});

  write_file(one.file, "damaged");
  CHECK_FALSE(SizeCounter::peek(directory));
  one.real = 7;
  one.oldest = early;
  CHECK(one.add(1, no_limit, late));
  CHECK(oldest() == early);
}

TEST_CASE("looking at a counter that is no file does not wait") {
  const TemporaryDirectory parent;
  REQUIRE(mkfifo((parent.path() / "size").c_str(), 0600) == 0);
  CHECK_FALSE(SizeCounter::peek(parent.path()));
  std::filesystem::remove(parent.path() / "size");
  std::filesystem::create_directory(parent.path() / "size");
  CHECK_FALSE(SizeCounter::peek(parent.path()));
}

TEST_CASE("a count that fails changes nothing and holds up nobody") {
  Counted one;
  write_file(one.file, "damaged");
  SizeCounter failing{one.directory, []() -> Backlog { throw std::runtime_error{"unreadable"}; }};
  CHECK_THROWS_AS(failing.add({1, {}}, no_limit), std::runtime_error);
  one.real = 3;
  CHECK(one.add(1));
  CHECK(one.text() == counted(4));
}

TEST_CASE("a counter that is no file is replaced, or does without") {
  Counted one;
  one.real = 5;
  std::filesystem::create_symlink(one.parent.path() / "elsewhere", one.file);
  CHECK(one.add(1));
  CHECK_FALSE(std::filesystem::exists(one.parent.path() / "elsewhere"));
  CHECK(one.add(1));
  CHECK(one.text() == counted(7));
}

TEST_CASE("a process that is killed after it has counted leaves the counter too high") {
  Counted one;
  CHECK(one.add(10));
  const pid_t child = fork();
  if (child == 0) { // it never puts its record in place
    one.counter().add({50, {}}, no_limit);
    _exit(0);
  }
  REQUIRE(reap(child) == 0);
  CHECK(one.text() == counted(60));
  CHECK_FALSE(one.add(91, 100)); // counted for real: 10 wait
  CHECK(one.text() == counted(10));
}

TEST_CASE("a process that is killed while it removes leaves the counter too high") {
  Counted one;
  CHECK(one.add(10));
  const pid_t child = fork();
  if (child == 0) {
    one.counter().subtract([]() -> std::uint64_t { _exit(0); });
  }
  REQUIRE(reap(child) == 0);
  CHECK(one.text() == counted(10));
  CHECK(one.add(1)); // its lock has ended with it
  CHECK(one.text() == counted(11));
}

// This takes the two seconds for which a lock is waited for.
TEST_CASE("a process that stopped while it held the counter is not waited for for ever") {
  Counted one;
  one.real = 30;
  write_file(one.file, counter_text(30));
  const Descriptor held{::open(one.file.c_str(), O_RDWR | O_CLOEXEC)};
  REQUIRE(flock(held.get(), LOCK_EX | LOCK_NB) == 0);
  CHECK(one.add(5));
  CHECK(one.counts == 1); // nobody knows what the other one was about to write
  CHECK(one.text() == counted(35));
  CHECK_FALSE(one.directory.has("size", held));
  // What it writes when it goes on reaches nobody.
  REQUIRE(pwrite(held.get(), counter_text(7).data(), 40, 0) == 40);
  CHECK(one.text() == counted(35));
}

TEST_CASE("a counter that was replaced while its lock was waited for is opened anew") {
  Counted one;
  write_file(one.file, counter_text(30));
  Descriptor held{::open(one.file.c_str(), O_RDWR | O_CLOEXEC)};
  REQUIRE(flock(held.get(), LOCK_EX | LOCK_NB) == 0);
  std::thread adder{[&one] { one.counter().add({5, {}}, no_limit); }};
  write_file(one.file.string() + ".new", counter_text(100));
  std::filesystem::rename(one.file.string() + ".new", one.file);
  held.reset();
  adder.join();
  CHECK(one.text() == counted(105)); // whenever it has come to the lock
}

TEST_CASE("many who add and remove at once lose no byte") {
  Counted one;
  constexpr int processes = 8;
  constexpr int rounds = 200;
  std::vector<pid_t> children;
  for (int i = 1; i <= processes; ++i) {
    children.push_back(fork());
    if (children.back() == 0) {
      bool is_right = true;
      for (int round = 0; round < rounds; ++round) {
        is_right = one.counter().add({static_cast<std::uint64_t>(i), {}}, no_limit) && is_right;
        if (round % 2 == 1) {
          one.counter().subtract([i] { return static_cast<std::uint64_t>(i); });
        }
      }
      _exit(is_right ? 0 : 1);
    }
  }
  for (const pid_t child : children) {
    CHECK(reap(child) == 0);
  }
  CHECK(one.text() == counted(36 * rounds / 2));
}

TEST_SUITE_END();
