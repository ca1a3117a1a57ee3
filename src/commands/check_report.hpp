#pragma once

#include "base/exit_code.hpp"
#include "commands/check_findings.hpp"
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

/// For people: aligned columns, with colour for a terminal.
std::string to_text(const CheckReport& report, bool with_colour);

/// One object on one line: `status` (ok, failed), `exit_code`, `settings`, `findings`, `error`.
std::string to_json(const CheckReport& report);

} // namespace metrics_event
