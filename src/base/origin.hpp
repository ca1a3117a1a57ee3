#pragma once

#include "base/exit_code.hpp"

#include <string>

namespace metrics_event {

/// Where a value came from. `name` is what a message calls it: `--timeout`,
/// `METRICS_EVENT_TIMEOUT`, `/etc/metrics-event/config.toml:3:1: timeout`.
struct Origin {
  enum class Source { built_in, file, environment, flag };
  Source source = Source::built_in;
  std::string name = "default";
  std::string path{}; // of the configuration file
};

/// Ends with a Failure that blames an origin: usage for a flag, config otherwise.
[[noreturn]] void blame(const Origin& origin, const std::string& text);

/// A Failure about a file that a value names: noinput when a flag gave the value, config otherwise.
Failure file_failure(const Origin& origin, const std::string& text);

} // namespace metrics_event
