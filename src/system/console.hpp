#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace metrics_event {

/// Thrown when the reader of stdout has closed it before the end of what it was shown: as `head`
/// does, it has what it wanted, so this is not an error.
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

  /// Returns how many columns a line may have that is drawn in place in the last row of stderr, as
  /// the terminal is now. Returns nothing when stderr is not a terminal, or is a dumb or very
  /// narrow one.
  std::optional<std::size_t> status_columns() const;

  /// Replaces the current line of the terminal on stderr by a text.
  void overwrite(std::string_view text) const;

  /// Writes one line, `metrics-event: TEXT`, to stderr, with the escapes of `visible`.
  void say(std::string_view text) const;

  /// Writes `metrics-event: warning: TEXT` to stderr, unless the console is quiet.
  void warn(std::string_view text) const;

  /// Sets whether a terminal on stderr cannot redraw a line, as the variable TERM tells.
  void set_dumb(bool dumb) { is_dumb_ = dumb; }

  void set_quiet(bool quiet) { is_quiet_ = quiet; }
  bool is_quiet() const { return is_quiet_; }

private:
  int output_;
  int diagnostics_;
  bool is_quiet_ = false;
  bool is_dumb_ = false;
};

} // namespace metrics_event
