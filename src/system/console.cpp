#include "system/console.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "system/write.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <string>
#include <system_error>

namespace metrics_event {

namespace {

[[noreturn]] void throw_unwritten(const std::error_code& error) {
  throw Failure{ExitCode::ioerr, "cannot write to stdout: " + system_words(error)};
}

} // namespace

void Console::print(std::string_view text) const {
  if (const std::error_code error = write_all(output_, text)) {
    throw_unwritten(error);
  }
}

void Console::show(std::string_view text) const {
  const std::error_code error = write_all(output_, text);
  if (error == std::errc::broken_pipe) {
    throw ReaderGone{};
  }
  if (error) {
    throw_unwritten(error);
  }
}

void Console::explain(std::string_view text) const {
  write_all(diagnostics_, text);
}

bool Console::output_is_terminal() const {
  return isatty(output_) == 1;
}

bool Console::diagnostics_is_terminal() const {
  return isatty(diagnostics_) == 1;
}

std::optional<std::size_t> Console::status_columns() const {
  constexpr std::size_t narrowest = 30;
  constexpr std::size_t usual = 80; // of a terminal that does not know its size
  winsize size{};
  if (is_dumb_ || ioctl(diagnostics_, TIOCGWINSZ, &size) != 0) {
    return std::nullopt;
  }
  const std::size_t columns = size.ws_col == 0 ? usual : size.ws_col;
  // A character in the last column would make some terminals begin another row, and so would the
  // ^C that a terminal echoes.
  return columns < narrowest ? std::nullopt : std::optional{columns - 3};
}

void Console::overwrite(std::string_view text) const {
  constexpr std::string_view erase_rest_of_line = "\x1b[K";
  write_all(diagnostics_, '\r' + std::string{text} + std::string{erase_rest_of_line});
}

void Console::say(std::string_view text) const {
  write_all(diagnostics_, "metrics-event: " + visible(text) + '\n');
}

void Console::warn(std::string_view text) const {
  if (!is_quiet_) {
    say("warning: " + std::string{text});
  }
}

} // namespace metrics_event
