#include "system/process.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

namespace metrics_event {
namespace {

extern "C" void do_nothing(int) {}

// Unlike SIG_IGN, a handler is not inherited by a program that we execute.
void make_harmless(int signal) {
  if (std::signal(signal, do_nothing) == SIG_IGN) {
    std::signal(signal, SIG_IGN);
  }
}

} // namespace

void disarm_write_signals() {
  static const bool is_done = [] { // of the process, as signals are
    make_harmless(SIGPIPE);
    make_harmless(SIGXFSZ);
    return true;
  }();
  static_cast<void>(is_done);
}

ssize_t write_some(int descriptor, std::string_view text) {
  disarm_write_signals();
  return write(descriptor, text.data(), text.size());
}

void keep_out_of_cores() {
  prctl(PR_SET_DUMPABLE, 0);
}

} // namespace metrics_event
