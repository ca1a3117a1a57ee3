#pragma once

#include "base/exit_code.hpp"

#include <string>

namespace metrics_event {

/// The place that a setting's value came from. Messages call it by `name`: `--timeout`,
/// `METRICS_EVENT_TIMEOUT` or `/etc/metrics-event/config.toml:3:1: timeout`.
struct Origin {
  enum class Source { built_in, file, environment, flag };
  Source source = Source::built_in;
  std::string name = "default";
  std::string path{}; // of the configuration file; empty for other sources
};

/// Throws a Failure that names the origin: `usage` when it is a flag, `config` otherwise.
[[noreturn]] void blame(const Origin& origin, const std::string& text);

/// Returns a Failure about a file that a value names: `noinput` when a flag gave the value,
/// `config` otherwise.
Failure file_failure(const Origin& origin, const std::string& text);

} // namespace metrics_event
