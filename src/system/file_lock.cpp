#include "system/file_lock.hpp"

#include "system/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

#include <limits>

namespace metrics_event {
namespace {

constexpr auto largest_offset = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());

} // namespace

std::error_code lock_file(const Descriptor& file, std::chrono::milliseconds patience) {
  const Deadline end = std::chrono::steady_clock::now() + patience;
  while (true) {
    const std::error_code error =
        error_of(uninterrupted([&] { return flock(file.get(), LOCK_EX | LOCK_NB); }));
    if (error != std::errc::operation_would_block || std::chrono::steady_clock::now() >= end) {
      return error;
    }
    poll(nullptr, 0, 1); // who holds the lock needs it for a few system calls
  }
}

// A lock of an open file description needs no file of its own for each thing that is locked, so no
// file has to be removed, and the kernel ends it with the process.
std::error_code lock_byte(const Descriptor& file, std::uint64_t byte) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte % largest_offset);
  lock.l_len = 1;
  return error_of(uninterrupted([&] { return fcntl(file.get(), F_OFD_SETLK, &lock); }));
}

bool has_no_locks(const std::error_code& error) {
  return error == std::errc::no_lock_available || error == std::errc::operation_not_supported ||
         error == std::errc::function_not_supported;
}

} // namespace metrics_event
