#include "system/line_reader.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "system/error.hpp"
#include "system/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <system_error>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::size_t read_step = 64UL * 1024; // in bytes, read at once

} // namespace

LineReader::LineReader(const std::string& path, char end, std::size_t longest)
    : name_{path}, end_of_line_{end}, longest_{longest} {
  const bool is_stdin = path.empty() || path == "-";
  name_ = is_stdin ? "stdin" : path;
  if (!is_stdin) {
    file_ = Descriptor{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  }
  if (!is_stdin && !file_) {
    throw Failure{ExitCode::noinput, cannot_read(path, last_error())};
  }
  struct stat status {};
  if (fstat(descriptor(), &status) == 0 && S_ISDIR(status.st_mode) && !is_stdin) {
    throw Failure{ExitCode::noinput,
                  cannot_read(path, std::make_error_code(std::errc::is_a_directory))};
  }
  start_ = S_ISREG(status.st_mode) ? lseek(descriptor(), 0, SEEK_CUR) : -1;
  is_regular_ = start_ >= 0;
  base_ = line_begin_ = line_end_ = is_regular_ ? static_cast<std::uint64_t>(start_) : 0;
}

int LineReader::descriptor() const {
  return file_ ? file_.get() : STDIN_FILENO;
}

void LineReader::rewind() {
  go_to(start_, 0);
}

void LineReader::resume(std::uint64_t offset, std::uint64_t number) {
  go_to(static_cast<std::int64_t>(offset), number);
  leaves_unterminated_ = true;
}

void LineReader::go_to(std::int64_t offset, std::uint64_t number) {
  if (lseek(descriptor(), offset, SEEK_SET) != offset) {
    throw Failure{ExitCode::ioerr, "cannot go to byte " + std::to_string(offset) + " of " + name_ +
                                       ": " + system_words(last_error())};
  }
  buffer_.clear();
  begin_ = scanned_ = 0;
  base_ = line_begin_ = line_end_ = static_cast<std::uint64_t>(offset);
  is_at_end_ = is_skipping_ = false;
  number_ = number;
}

// Makes the bytes before `begin_` the line found last.
void LineReader::pass_line() {
  line_begin_ = line_end_;
  line_end_ = base_ + begin_;
  number_ += 1;
}

// Reads more bytes. Returns false when nothing arrived in time or a signal was noted.
bool LineReader::read_more(Deadline deadline) {
  buffer_.erase(0, begin_);
  base_ += begin_;
  scanned_ -= begin_;
  begin_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + read_step);
  const auto size = read_some(descriptor(), std::span{buffer_}.subspan(before), deadline);
  buffer_.resize(before + (size ? *size : 0));
  if (size) {
    is_at_end_ = *size == 0;
    return true;
  }
  if (size.error() == std::errc::stream_timeout || size.error() == std::errc::interrupted) {
    return false;
  }
  throw Failure{ExitCode::ioerr, "cannot read " + name_ + ": " + system_words(size.error())};
}

LineReader::Step LineReader::next(Deadline deadline) {
  while (true) {
    const std::size_t end = buffer_.find(end_of_line_, scanned_);
    is_terminated_ = end != buffer_.npos;
    const bool has_line =
        is_terminated_ || (is_at_end_ && begin_ < buffer_.size() && !leaves_unterminated_);
    if (has_line) {
      line_ = std::string_view{buffer_}.substr(begin_, end == buffer_.npos ? end : end - begin_);
      begin_ = scanned_ = std::min(end, buffer_.size() - 1) + 1;
      pass_line();
      const bool is_rest = std::exchange(is_skipping_, false);
      return is_rest || line_.size() > longest_ ? Step::too_long : Step::line;
    }
    if (is_at_end_) {
      if (!is_skipping_ || leaves_unterminated_) {
        return Step::end;
      }
      is_skipping_ = false;
      pass_line();
      return Step::too_long;
    }
    scanned_ = buffer_.size();
    // The start of a line that is too long is dropped at once, so that the buffer stays bounded.
    if (buffer_.size() - begin_ > longest_) {
      is_skipping_ = true;
      begin_ = scanned_;
    }
    if (!read_more(deadline)) {
      return Step::idle;
    }
  }
}

} // namespace metrics_event
