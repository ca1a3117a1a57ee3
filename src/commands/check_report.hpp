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
  bool is_default = false;
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

/// How `to_result` renders a report for people.
struct CheckStyle {
  bool has_colour = false;
  bool has_defaults = false; // shows the settings that have their defaults as well
};

/// Renders the text for stdout: aligned columns for people, or the result object, one line with its
/// newline, which has every setting. Returns an empty text for people who want to hear only of
/// errors.
std::string to_result(const CheckReport& report, const RunOutcome& outcome, CheckStyle style);

} // namespace metrics_event
