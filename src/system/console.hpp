#pragma once

#include <string_view>

namespace metrics_event {

/// The standard streams. Data goes to stdout and must arrive; diagnostics go to stderr as far as
/// they can.
class Console {
public:
  explicit Console(int output = 1, int diagnostics = 2)
      : output_{output}, diagnostics_{diagnostics} {}

  /// Writes all of `text` to stdout. Throws Failure (ioerr) when that is not possible.
  void print(std::string_view text) const;

  /// Whether stdout is a terminal.
  bool output_is_terminal() const;

  /// Whether stderr is a terminal.
  bool diagnostics_is_terminal() const;

  /// Puts a text in the place of the last line of a terminal on stderr.
  void overwrite(std::string_view text) const;

  /// Writes one line, `metrics-event: TEXT`, to stderr.
  void say(std::string_view text) const;

  /// The same with `warning: ` before the text, unless it is to be quiet.
  void warn(std::string_view text) const;

  void set_quiet(bool quiet) { is_quiet_ = quiet; }
  bool is_quiet() const { return is_quiet_; }

private:
  int output_;
  int diagnostics_;
  bool is_quiet_ = false;
};

} // namespace metrics_event
