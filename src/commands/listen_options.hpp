#pragma once

#include "base/value.hpp"
#include "cli/command.hpp"
#include "settings/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// One answer of the script that `--respond` gives.
struct ScriptedAnswer {
  int status = 204;
  std::optional<std::uint64_t> retry_after; // seconds
};

/// How the receiver for trying things out behaves.
struct ListenOptions {
  std::string address; // a literal
  std::uint16_t port = 0;
  std::optional<std::uint64_t> count;               // end after so many entries
  std::optional<std::chrono::milliseconds> timeout; // end after so long
  std::vector<ScriptedAnswer> answers;              // never empty; the last one repeats
  Output output{};
  bool verbose = false; // say what is refused
};

/// `503,429:retry-after=1,204`.
Parsed<std::vector<ScriptedAnswer>> parse_answers(std::string_view script);

/// Reads the options of `listen`; `--timeout` counts only when it was given
/// by flag, because the setting's other origins mean deliveries. Throws Failure (usage).
ListenOptions listen_options(const CommandOptions& given, const Resolved& resolved);

} // namespace metrics_event
