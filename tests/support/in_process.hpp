#pragma once

#include "app.hpp"
#include "commands/table.hpp"
#include "event/catalogue.hpp"
#include "net/http_transport.hpp"
#include "support/descriptor.hpp"
#include "support/temporary.hpp"
#include "system/clock.hpp"

#include <fcntl.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace metrics_event::testing {

/// Runs command lines in the process of the test, with tables, a transport and a clock of the
/// test's own, and an environment without variables.
class InProcess {
public:
  std::span<const EventType> events = built_in_events();
  std::span<const Command> commands = all_commands();
  Transport transport = http_transport();

  /// Returns the exit status.
  int run(const std::vector<std::string>& arguments, metrics_event::Clock& clock) const {
    const Descriptor out = create(out_path_);
    const Descriptor err = create(err_path_);
    return static_cast<int>(
        metrics_event::run({.arguments = arguments,
                            .environment = [](const std::string&) { return std::nullopt; },
                            .host = {},
                            .events = events,
                            .commands = commands,
                            .context = {.transport = transport,
                                        .clock = clock,
                                        .console = Console{out.get(), err.get()}}})
            .code);
  }
  int run(const std::vector<std::string>& arguments) const {
    SystemClock clock;
    return run(arguments, clock);
  }

  /// What the last run wrote.
  std::string out() const { return read_file(out_path_); }
  std::string err() const { return read_file(err_path_); }

private:
  static Descriptor create(const std::string& path) {
    return Descriptor{open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)};
  }

  TemporaryDirectory directory_;
  std::string out_path_ = (directory_.path() / "out").string();
  std::string err_path_ = (directory_.path() / "err").string();
};

} // namespace metrics_event::testing
