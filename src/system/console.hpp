#pragma once

#include <string_view>

namespace metrics_event {

/// Thrown when the reader of stdout has closed it before the end of what it was shown: as `head`
/// does, it has what it wanted, so this is no error.
struct ReaderGone {};

/// The standard streams. Data goes to stdout, and an error there is a failure. Diagnostics go to
/// stderr, and errors there are ignored.
class Console {
public:
  explicit Console(int output = 1, int diagnostics = 2)
      : output_{output}, diagnostics_{diagnostics} {}

  /// Writes all of `text` to stdout. Throws Failure (ioerr) when a write fails.
  void print(std::string_view text) const;

  /// Like `print`, for text that nobody misses who has stopped reading, such as help, a list or a
  /// dry run. Throws ReaderGone for a closed pipe.
  void show(std::string_view text) const;

  /// Writes a text of several lines to stderr as it is.
  void explain(std::string_view text) const;

  /// Returns whether stdout is a terminal.
  bool output_is_terminal() const;

  /// Returns whether stderr is a terminal.
  bool diagnostics_is_terminal() const;

  /// Replaces the current line of the terminal on stderr by a text.
  void overwrite(std::string_view text) const;

  /// Writes one line, `metrics-event: TEXT`, to stderr, with the escapes of `visible`.
  void say(std::string_view text) const;

  /// Writes `metrics-event: warning: TEXT` to stderr, unless the console is quiet.
  void warn(std::string_view text) const;

  void set_quiet(bool quiet) { is_quiet_ = quiet; }
  bool is_quiet() const { return is_quiet_; }

private:
  int output_;
  int diagnostics_;
  bool is_quiet_ = false;
};

} // namespace metrics_event
