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

/// One setting in the output of `check`.
struct ShownSetting {
  std::string_view name;
  std::string value; // secrets are removed; empty means not set
  std::string origin;
};

/// The complete result of `check`.
struct CheckReport {
  /// The fate of an event, provided that there is no failure.
  enum class Verdict { would_be_delivered, delivered, not_sent };

  std::vector<ShownSetting> settings;
  std::vector<Finding> findings;
  Verdict verdict = Verdict::would_be_delivered;
  std::optional<Failure> failure; // the failure that an event would meet
  std::string response;           // the receiver's text when it refused the push
};

/// Returns every setting with its value and origin.
std::vector<ShownSetting> shown_settings(const Resolved& resolved);

/// Renders the text for stdout: aligned columns for people, coloured if `with_colour`, or the
/// result object, one line with its newline.
std::string to_result(const CheckReport& report, const RunOutcome& outcome, bool with_colour);

} // namespace metrics_event
