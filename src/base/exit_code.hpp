#pragma once

#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace metrics_event {

/// The process's exit statuses; the numbers are those of sysexits(3).
enum class ExitCode : int {
  ok = 0,
  usage = 64,
  data = 65,
  noinput = 66,
  nohost = 68,
  unavailable = 69,
  software = 70,
  cantcreat = 73,
  ioerr = 74,
  tempfail = 75,
  protocol = 76,
  noperm = 77,
  config = 78,
  not_executable = 126, // of a COMMAND that was to be run
  not_found = 127,
  signal = 128, // plus the signal's number
};

/// The status of a process that a signal ended, as a shell says it.
constexpr ExitCode status_of_signal(int signal) {
  return static_cast<ExitCode>(static_cast<int>(ExitCode::signal) + signal);
}

/// One row of the exit-status table that `--help`, the man page and the README print.
struct ExitCodeRow {
  ExitCode code;
  std::string_view name;
  std::string_view meaning;

  /// The number as documents show it.
  std::string number() const;
};

/// All rows, ascending by number.
std::span<const ExitCodeRow> exit_code_table();

/// The name of a status, such as "tempfail".
std::string_view name_of(ExitCode code);

/// Whether trouble with this status passes by itself: no name server, no connection, no time.
bool may_pass(ExitCode code);

/// Terminal trouble: the one exception type, caught once, in app. `text` is the whole message
/// without the program's name: lower case, the offender quoted, the remedy last, no final stop.
class Failure : public std::exception {
public:
  Failure(ExitCode code, std::string text) : code_{code}, text_{std::move(text)} {}

  ExitCode code() const { return code_; }
  const std::string& text() const { return text_; }
  const char* what() const noexcept override { return text_.c_str(); }

private:
  ExitCode code_;
  std::string text_;
};

/// The exception that is being handled, in that one type: what this machine lacks is tempfail, what
/// is not ours is a bug, software.
Failure current_failure();

} // namespace metrics_event
