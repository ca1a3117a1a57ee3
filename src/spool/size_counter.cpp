#include "spool/size_counter.hpp"

#include "base/value.hpp"
#include "system/error.hpp"
#include "system/file_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr const char* counter_file = "size";
// A number has always this many digits, so that one write replaces it: more than 64 bits need.
constexpr std::size_t digits = 20;
// Another process holds the lock for some system calls, or while it counts. One that was stopped
// meanwhile is not waited for.
constexpr auto patience = 2s;

bool is_removed(const Descriptor& file) {
  struct stat status {};
  return fstat(file.get(), &status) == 0 && status.st_nlink == 0;
}

} // namespace

// A file that cannot be locked is replaced: whoever holds it goes on with a file that nobody reads
// any more, and the new one is counted for real. The lock of a file that was replaced meanwhile is
// worth nothing, so the name is looked up again.
SizeCounter::Locked SizeCounter::lock() {
  for (int tries = 0; tries < 10; ++tries) {
    Descriptor file = directory_.open(counter_file, O_RDWR);
    file =
        file || errno != ENOENT ? std::move(file) : directory_.open(counter_file, O_RDWR | O_CREAT);
    if (!file) {
      return {};
    }
    if (lock_file(file, patience) == std::errc::operation_would_block) {
      directory_.remove(counter_file);
    } else if (!is_removed(file)) {
      std::array<char, digits + 1> text{}; // one more than is right
      const ssize_t size = pread(file.get(), text.data(), text.size(), 0);
      const auto number =
          size == static_cast<ssize_t>(digits) ? parse_digits({text.data(), digits}) : std::nullopt;
      return {std::move(file), number};
    }
  }
  return {};
}

// A counter that cannot be written must not stay too low, so it is removed and counted anew.
void SizeCounter::write(const Locked& locked, std::uint64_t size) {
  std::string text = std::to_string(size);
  text.insert(0, digits - text.size(), '0');
  const int file = locked.file.get();
  const bool is_written = pwrite(file, text.data(), text.size(), 0) == ssize_t{digits} &&
                          (locked.size || ftruncate(file, off_t{digits}) == 0);
  if (!is_written) {
    directory_.remove(counter_file);
  }
}

bool SizeCounter::add(std::uint64_t size, std::uint64_t most) {
  const Locked locked = lock();
  std::uint64_t before = locked.size ? *locked.size : count_();
  const auto has_room = [&] { return before <= most && size <= most - before; };
  if (!has_room() && locked.size) {
    before = count_();
  }
  write(locked, has_room() ? before + size : before);
  return has_room();
}

void SizeCounter::subtract(const std::function<std::uint64_t()>& remove) {
  const Locked locked = lock();
  const std::uint64_t removed = remove();
  if (locked.size) { // else the next one counts
    write(locked, *locked.size - std::min(*locked.size, removed));
  }
}

void SizeCounter::raise_to(std::uint64_t size) {
  const Locked locked = lock();
  if (locked.size && *locked.size < size) {
    write(locked, size);
  }
}

} // namespace metrics_event
