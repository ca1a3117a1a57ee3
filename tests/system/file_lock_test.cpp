#include "system/file_lock.hpp"

#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <thread>

using namespace metrics_event;
using namespace std::chrono_literals;
using metrics_event::testing::TemporaryDirectory;

namespace {

// A file that is opened several times, as several processes open it.
struct Opened {
  TemporaryDirectory directory;
  std::string path = (directory.path() / "file").string();

  Descriptor open() const {
    return Descriptor{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  }
};

} // namespace

TEST_SUITE_BEGIN("file_lock");

TEST_CASE("a file is locked until its last descriptor is closed") {
  const Opened file;
  Descriptor one = file.open();
  const Descriptor other = file.open();
  CHECK_FALSE(lock_file(one));
  CHECK_FALSE(lock_file(one)); // by whom it is locked already
  CHECK(lock_file(other) == std::errc::operation_would_block);
  Descriptor copy{fcntl(one.get(), F_DUPFD_CLOEXEC, 0)};
  one.reset();
  CHECK(lock_file(other) == std::errc::operation_would_block);
  copy.reset();
  CHECK_FALSE(lock_file(other));
}

TEST_CASE("a lock is waited for with patience") {
  const Opened file;
  Descriptor one = file.open();
  const Descriptor other = file.open();
  REQUIRE_FALSE(lock_file(one));
  CHECK(lock_file(other, 5ms) == std::errc::operation_would_block);
  const Pipe begun = make_pipe();
  std::thread holder{[&] {
    char byte = 0;
    [[maybe_unused]] const ssize_t size = read(begun.reading.get(), &byte, 1);
    one.reset();
  }};
  REQUIRE(write(begun.writing.get(), "x", 1) == 1);
  CHECK_FALSE(lock_file(other, 60s)); // far more than it takes
  holder.join();
}

TEST_CASE("bytes of a file are locked one by one") {
  const Opened file;
  Descriptor one = file.open();
  const Descriptor other = file.open();
  CHECK_FALSE(lock_byte(one, 7));
  CHECK(lock_byte(other, 7) == std::errc::resource_unavailable_try_again);
  CHECK_FALSE(lock_byte(other, 8));
  CHECK_FALSE(lock_byte(other, ~std::uint64_t{0})); // any number will do
  one.reset();
  CHECK_FALSE(lock_byte(other, 7));
}

TEST_CASE("a lock that the file system lacks is told from one that is taken") {
  CHECK(has_no_locks(std::make_error_code(std::errc::no_lock_available)));
  CHECK(has_no_locks(std::make_error_code(std::errc::operation_not_supported)));
  CHECK_FALSE(has_no_locks(std::make_error_code(std::errc::operation_would_block)));
  CHECK_FALSE(has_no_locks({}));
  CHECK(lock_file(Descriptor{}) == std::errc::bad_file_descriptor);
}

TEST_SUITE_END();
