#pragma once

#include "base/mismatch.hpp"
#include "cli/command.hpp"
#include "settings/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace metrics_event {

/// One answer of the script that `--respond` gives.
struct ScriptedAnswer {
  int status = 204;
  std::optional<std::uint64_t> retry_after; // in seconds
};

/// The options of the test receiver.
struct ListenOptions {
  std::string address; // an IP address literal
  std::uint16_t port = 0;
  std::optional<std::uint64_t> count;               // number of entries after which to end
  std::optional<std::chrono::milliseconds> timeout; // time after which to end
  std::vector<ScriptedAnswer> answers;              // never empty; the last one repeats
  Output output{};
  bool verbose = false; // report refused requests on stderr
};

/// Parses a script of answers such as `503,429:retry-after=1,204`.
Parsed<std::vector<ScriptedAnswer>> parse_answers(std::string_view script);

/// Reads the options of `listen`. `--timeout` counts only when the flag gave it, because elsewhere
/// the setting limits deliveries. Throws Failure (usage).
ListenOptions listen_options(const CommandOptions& given, const Resolved& resolved);

} // namespace metrics_event
