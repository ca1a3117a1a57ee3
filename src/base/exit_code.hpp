#pragma once

#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The exit statuses of the process. The numbers from 64 to 78 are those of sysexits(3); those from
/// 126 up are the ones that shells use.
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
  not_executable = 126, // COMMAND was found, but cannot be executed
  not_found = 127,      // COMMAND was not found
  signal = 128,         // plus the signal's number
};

/// Returns the status that shells report for a process that a signal ended: 128 plus its number.
constexpr ExitCode status_of_signal(int signal) {
  return static_cast<ExitCode>(static_cast<int>(ExitCode::signal) + signal);
}

/// One row of the exit-status table that `--help`, the man page and the README print.
struct ExitCodeRow {
  ExitCode code;
  std::string_view name;
  std::string_view meaning;

  /// Returns the number as documents show it: `75`, and `128+n` for signals.
  std::string number() const;
};

/// Returns all rows, in ascending order of their numbers.
std::span<const ExitCodeRow> exit_code_table();

/// Returns the name of a status, such as "tempfail"; for any status from 128 up it is "signal".
std::string_view name_of(ExitCode code);

/// Returns true for a status whose cause may pass without anybody's help, so that sending again
/// later may succeed: `nohost`, `unavailable` and `tempfail`. Whether to try again at once is
/// another question, which `Judgement::worth_a_retry` answers.
bool may_pass(ExitCode code);

/// A Failure is an error for the user: app turns it into the message and the exit status. An
/// exception of any other type that reaches app becomes a Failure first (`current_failure`). `text`
/// is the whole message without the program's name: it begins in lower case, quotes the offending
/// value, ends with the remedy and has no full stop. It is made `visible`, so it is one line.
///
/// One that reports several mistakes has a line for each; its text has them all.
class Failure : public std::exception {
public:
  Failure(ExitCode code, std::string_view text);

  /// Makes a failure of at least one line.
  Failure(ExitCode code, std::vector<std::string> lines);

  ExitCode code() const { return code_; }
  const std::string& text() const { return text_; }
  std::span<const std::string> lines() const {
    return lines_.empty() ? std::span{&text_, 1} : std::span{lines_};
  }
  const char* what() const noexcept override { return text_.c_str(); }

private:
  ExitCode code_;
  std::string text_;
  std::vector<std::string> lines_; // none when the text is the only one
};

/// Turns the exception being handled into a Failure. Running out of memory or a system error is
/// `tempfail`, because a retry may help; any other foreign type is a bug: `software`.
Failure current_failure();

} // namespace metrics_event
