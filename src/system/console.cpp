#include "system/console.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "system/process.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace metrics_event {
namespace {

// 0, or the errno of the write that failed.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write_some(descriptor, text);
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) { // someone made the terminal or pipe non-blocking
      pollfd writable{descriptor, POLLOUT, 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

} // namespace

void Console::print(std::string_view text) const {
  if (const int error = write_all(output_, text); error != 0) {
    throw Failure{ExitCode::ioerr,
                  "cannot write to stdout: " + system_words({error, std::generic_category()})};
  }
}

bool Console::output_is_terminal() const {
  return isatty(output_) == 1;
}

bool Console::diagnostics_is_terminal() const {
  return isatty(diagnostics_) == 1;
}

void Console::overwrite(std::string_view text) const {
  constexpr std::string_view erase_rest_of_line = "\x1b[K";
  write_all(diagnostics_, '\r' + std::string{text} + std::string{erase_rest_of_line});
}

void Console::say(std::string_view text) const {
  write_all(diagnostics_, "metrics-event: " + std::string{text} + '\n');
}

void Console::warn(std::string_view text) const {
  if (!is_quiet_) {
    say("warning: " + std::string{text});
  }
}

} // namespace metrics_event
