#pragma once

#include "base/time.hpp"
#include "system/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metrics_event {

/// Reads lines from a file or a pipe with bounded memory.
class LineReader {
public:
  enum class Step {
    line,
    too_long, // the line has more than `longest` bytes and is skipped
    end,
    idle, // nothing arrived until the deadline, or a signal was noted
  };

  /// Opens the file at `path`, or takes standard input when `path` is empty or `-`. `end`
  /// terminates each line, and `longest` is the most bytes of a line without it. Throws Failure
  /// (noinput) when the file cannot be opened or is a directory.
  LineReader(const std::string& path, char end, std::size_t longest);

  /// Returns whether the input is a regular file, which `rewind` can read a second time.
  bool is_regular() const { return is_regular_; }

  /// Returns to the first line that was read from a regular file. Throws Failure (ioerr) when
  /// lseek(2) fails.
  void rewind();

  /// Reads up to the end of the next line. An unterminated last line counts as a line. Throws
  /// Failure (ioerr) when reading fails.
  Step next(Deadline deadline);

  /// Returns the line that `next` found, without its end. It is valid until the next call.
  std::string_view line() const { return line_; }

  /// Returns the number of that line, counted from 1.
  std::uint64_t number() const { return number_; }

  /// Returns the name of the input for messages: the path or `stdin`.
  const std::string& name() const { return name_; }

private:
  int descriptor() const;
  bool read_more(Deadline deadline);

  std::string name_;
  char end_of_line_;
  std::size_t longest_;
  Descriptor file_; // none means standard input
  bool is_regular_ = false;
  std::int64_t start_ = 0; // offset of our first byte; others may have read from stdin before
  std::string buffer_;
  std::size_t begin_ = 0;   // first byte that is not consumed yet
  std::size_t scanned_ = 0; // end of the bytes searched for an end of line
  bool is_at_end_ = false;
  bool is_skipping_ = false; // within a line that is too long
  std::string_view line_;
  std::uint64_t number_ = 0;
};

} // namespace metrics_event
