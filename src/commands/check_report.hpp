#pragma once

#include "base/exit_code.hpp"
#include "commands/check_findings.hpp"
#include "commands/run.hpp"
#include "settings/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// A setting as `check` shows it.
struct ShownSetting {
  std::string_view name;
  std::string value; // without what may be secret; empty: not set
  std::string origin;
};

/// All that `check` found out.
struct CheckReport {
  /// What would become of an event when there is no failure.
  enum class Verdict { would_be_delivered, delivered, not_sent, unknown };

  std::vector<ShownSetting> settings;
  std::vector<Finding> findings;
  Verdict verdict = Verdict::would_be_delivered;
  std::optional<Failure> failure; // what an event would fail with
  std::string response;           // the receiver's own words, when it refused
};

/// Every setting with its value and origin.
std::vector<ShownSetting> shown_settings(const Resolved& resolved);

/// Renders what stdout gets: aligned columns for people, with colour for a terminal, or the result
/// object, one line with its newline.
std::string to_result(const CheckReport& report, const RunOutcome& outcome, bool with_colour);

} // namespace metrics_event
