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
// A number has always this many digits, more than 64 bits need, so that one write replaces both.
constexpr std::size_t digits = 20;
constexpr std::size_t text_size = 2 * digits;
// Another process holds the lock for some system calls, or while it counts. One that was stopped
// meanwhile is not waited for.
constexpr auto patience = 2s;

std::optional<Backlog> read_content(const Descriptor& file) {
  std::array<char, text_size + 1> text{}; // one more than is right
  if (pread(file.get(), text.data(), text.size(), 0) != ssize_t{text_size}) {
    return std::nullopt;
  }
  const auto bytes = parse_digits({text.data(), digits});
  const auto oldest = parse_digits({text.data() + digits, digits});
  if (!bytes || !oldest ||
      *oldest > static_cast<std::uint64_t>(Instant::max().time_since_epoch().count())) {
    return std::nullopt;
  }
  return Backlog{*bytes, Instant{Instant::duration{static_cast<std::int64_t>(*oldest)}}};
}

void append_number(std::string& text, std::uint64_t number) {
  const std::string written = std::to_string(number);
  text.append(digits - written.size(), '0').append(written);
}

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
      auto content = read_content(file);
      return {std::move(file), content};
    }
  }
  return {};
}

// Opening what is not a file, such as a FIFO, must not wait.
std::optional<Backlog> SizeCounter::peek(const std::string& directory) {
  const Descriptor file{::open((directory + '/' + counter_file).c_str(),
                               O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)};
  return file ? read_content(file) : std::nullopt;
}

// A counter that cannot be written must not stay too low, so it is removed and counted anew.
void SizeCounter::write(const Locked& locked, const Backlog& content) {
  const Instant oldest = content.bytes == 0 ? Instant::max() : std::max(content.oldest, Instant{});
  std::string text;
  append_number(text, content.bytes);
  append_number(text, static_cast<std::uint64_t>(oldest.time_since_epoch().count()));
  const int file = locked.file.get();
  const bool is_written = pwrite(file, text.data(), text.size(), 0) == ssize_t{text_size} &&
                          (locked.content || ftruncate(file, off_t{text_size}) == 0);
  if (!is_written) {
    directory_.remove(counter_file);
  }
}

bool SizeCounter::add(const Backlog& more, std::uint64_t most) {
  const Locked locked = lock();
  Backlog content = locked.content ? *locked.content : count_();
  const auto has_room = [&] { return content.bytes <= most && more.bytes <= most - content.bytes; };
  if (!has_room() && locked.content) {
    content = count_();
  }
  const bool is_added = has_room();
  if (is_added) {
    content.add(more);
  }
  write(locked, content);
  return is_added;
}

void SizeCounter::subtract(const std::function<std::uint64_t()>& remove) {
  const Locked locked = lock();
  const std::uint64_t removed = remove();
  if (locked.content) { // else the next one counts
    Backlog content = *locked.content;
    content.bytes -= std::min(content.bytes, removed);
    write(locked, content);
  }
}

void SizeCounter::raise_to(const Backlog& known) {
  const Locked locked = lock();
  if (locked.content &&
      (locked.content->bytes < known.bytes || locked.content->oldest > known.oldest)) {
    write(locked, {std::max(locked.content->bytes, known.bytes),
                   std::min(locked.content->oldest, known.oldest)});
  }
}

} // namespace metrics_event
