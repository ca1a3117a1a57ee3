#pragma once

#include "base/value.hpp"
#include "system/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metrics_event {

/// Reads lines from a file or a pipe, with a bound on the memory that it takes.
class LineReader {
public:
  enum class Step {
    line,
    too_long, // a line that is; it is passed over
    end,
    idle, // nothing came until the deadline, or a signal was noted
  };

  /// Reads from the file of this name, or from standard input when it is empty or `-`; `end` ends
  /// each line. Throws Failure (noinput) when it cannot be opened.
  LineReader(const std::string& path, char end, std::size_t longest);

  /// Whether it can be read a second time: it is a regular file.
  bool is_regular() const { return is_regular_; }

  /// Starts again with the first line that was read from a regular file. Throws Failure (ioerr).
  void rewind();

  /// Looks for the next line. What ends without an end of line is a line as well. Throws Failure
  /// (ioerr) when reading fails.
  Step next(Deadline deadline);

  /// The line that was found, until the next call.
  std::string_view line() const { return line_; }

  /// Its number, the first being 1.
  std::uint64_t number() const { return number_; }

  /// What messages call the input.
  const std::string& name() const { return name_; }

private:
  int descriptor() const;
  bool read_more(Deadline deadline);

  std::string name_;
  char end_of_line_;
  std::size_t longest_;
  Descriptor file_; // none: standard input
  bool is_regular_ = false;
  std::int64_t start_ = 0; // its first byte that is ours; others may have read from stdin before
  std::string buffer_;
  std::size_t begin_ = 0;   // of what is not used yet
  std::size_t scanned_ = 0; // what was looked at for an end of line
  bool is_at_end_ = false;
  bool is_skipping_ = false; // the rest of a line that is too long
  std::string_view line_;
  std::uint64_t number_ = 0;
};

} // namespace metrics_event
