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

  /// Goes to the byte at `offset` of a regular file, which begins line `number + 1`. From then on,
  /// an unterminated last line is not read, since its end may be written later. Throws Failure
  /// (ioerr) when lseek(2) fails.
  void resume(std::uint64_t offset, std::uint64_t number);

  /// Reads up to the end of the next line. An unterminated last line counts as a line, except after
  /// `resume`. Throws Failure (ioerr) when reading fails.
  Step next(Deadline deadline);

  /// Returns the line that `next` found, without its end. It is valid until the next call.
  std::string_view line() const { return line_; }

  /// Returns the number of that line, counted from 1.
  std::uint64_t number() const { return number_; }

  /// Returns whether that line has its end; only the last one may have none.
  bool is_terminated() const { return is_terminated_; }

  /// These return where that line begins in a regular file, and where the next one begins, in
  /// bytes.
  std::uint64_t begin() const { return line_begin_; }
  std::uint64_t end() const { return line_end_; }

  /// Returns the descriptor of the input.
  int descriptor() const;

  /// Returns the name of the input for messages: the path or `stdin`.
  const std::string& name() const { return name_; }

private:
  void go_to(std::int64_t offset, std::uint64_t number);
  bool read_more(Deadline deadline);
  void pass_line();

  std::string name_;
  char end_of_line_;
  std::size_t longest_;
  Descriptor file_; // none means standard input
  bool is_regular_ = false;
  std::int64_t start_ = 0; // offset of our first byte; others may have read from stdin before
  std::string buffer_;
  std::size_t begin_ = 0;   // first byte that is not consumed yet
  std::size_t scanned_ = 0; // end of the bytes searched for an end of line
  std::uint64_t base_ = 0;  // the offset in the file at which the buffer begins
  std::uint64_t line_begin_ = 0;
  std::uint64_t line_end_ = 0;
  bool leaves_unterminated_ = false;
  bool is_terminated_ = true;
  bool is_at_end_ = false;
  bool is_skipping_ = false; // within a line that is too long
  std::string_view line_;
  std::uint64_t number_ = 0;
};

} // namespace metrics_event
