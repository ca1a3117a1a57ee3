#include "commands/check_report.hpp"

#include "base/text.hpp"
#include "base/url_text.hpp"
#include "json/writer.hpp"
#include "settings/table.hpp"
#include "system/file.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

using Result = Finding::Result;

constexpr std::size_t longest_value = 200;

struct ResultRow {
  Result result;
  std::string_view name;
  std::string_view colour; // SGR parameters
};

constexpr std::array result_rows{
    ResultRow{Result::ok, "ok", "32"},
    ResultRow{Result::warning, "warning", "33"},
    ResultRow{Result::failed, "failed", "31"},
    ResultRow{Result::note, "note", ""},
};

const ResultRow& row_of(Result result) {
  return *std::ranges::find(result_rows, result, &ResultRow::result);
}

template <class Rows, class Text>
std::size_t widest(const Rows& rows, Text&& text) {
  std::size_t width = 0;
  for (const auto& row : rows) {
    width = std::max(width, std::string_view{text(row)}.size());
  }
  return width;
}

std::string or_dash(const std::string& value) {
  return value.empty() ? "-" : value;
}

std::string verdict_of(const CheckReport& report) {
  if (report.failure) {
    const ExitCode code = report.failure->code();
    return "an event would fail with status " + std::to_string(static_cast<int>(code)) + " (" +
           std::string{name_of(code)} + ')';
  }
  switch (report.verdict) {
  case CheckReport::Verdict::delivered: return "an event was delivered";
  case CheckReport::Verdict::not_sent: return "an event would not be sent";
  case CheckReport::Verdict::would_be_delivered: break;
  }
  return "an event would be delivered";
}

std::string to_text(const CheckReport& report, CheckStyle style) {
  std::vector<ShownSetting> settings = report.settings;
  if (!style.has_defaults) {
    std::erase_if(settings, [](const ShownSetting& row) {
      return row.is_default && row.name != "url"; // which every delivery needs
    });
  }
  const std::size_t names = widest(settings, [](const auto& row) { return row.name; });
  const std::size_t values =
      widest(settings, [](const auto& row) -> std::string_view { return row.value; });
  std::string text = "settings\n";
  for (const ShownSetting& row : settings) {
    text += "  " + padded(row.name, names) + "  " + padded(or_dash(row.value), values) + "  " +
            row.origin + '\n';
  }
  if (const std::size_t others = report.settings.size() - settings.size(); others > 0) {
    text += "  (" + std::to_string(others) +
            (others == 1 ? " other has its default; --verbose shows it)\n"
                         : " others have their defaults; --verbose shows them)\n");
  }
  text += "\nfindings\n";
  const std::size_t results = widest(result_rows, [](const auto& row) { return row.name; });
  const std::size_t subjects = widest(report.findings, [](const auto& row) { return row.subject; });
  for (const Finding& finding : report.findings) {
    const ResultRow& row = row_of(finding.result);
    std::string result = padded(row.name, results);
    if (style.has_colour && !row.colour.empty()) {
      result = "\x1b[" + std::string{row.colour} + 'm' + result + "\x1b[0m";
    }
    text += "  " + result + "  " + padded(finding.subject, subjects) + "  " +
            visible(finding.text) + '\n';
  }
  return text + '\n' + verdict_of(report) + '\n';
}

std::string to_json(const CheckReport& report, const RunOutcome& outcome) {
  const auto setting = [](const ShownSetting& row) {
    return JsonObject{}
        .text("name", row.name)
        .text_or_null("value", row.value)
        .text("origin", row.origin)
        .str();
  };
  const auto finding = [](const Finding& row) {
    return JsonObject{}
        .text("subject", row.subject)
        .text("result", row_of(row.result).name)
        .text("text", row.text)
        .str();
  };
  return result_head(outcome, outcome.failure ? "failed" : "ok")
             .raw("settings", '[' + joined(report.settings, ",", setting) + ']')
             .raw("findings", '[' + joined(report.findings, ",", finding) + ']')
             .raw("error", error_object(outcome.failure, report.response))
             .str() +
         '\n';
}

} // namespace

std::vector<ShownSetting> shown_settings(const Resolved& resolved) {
  std::vector<ShownSetting> shown;
  for (const Setting& setting : all_settings()) {
    std::string value = setting.show(resolved.settings);
    // A file of a key belongs to the settings that a configuration file may give. What names no
    // file may be the secret itself.
    if (setting.value_kind == ValueKind::file && setting.has_key() && !value.empty() &&
        !names_file(value)) {
      value = "…";
    }
    shown.push_back(
        {setting.name,
         visible(may_hold_credentials(value) ? redacted_url(value) : value, longest_value),
         visible(resolved.origins.at(setting.name).name),
         resolved.origins.at(setting.name).source == Origin::Source::built_in});
  }
  return shown;
}

std::string to_result(const CheckReport& report, const RunOutcome& outcome, CheckStyle style) {
  return outcome.output == Output::json ? to_json(report, outcome)
         : outcome.is_quiet             ? ""
                                        : to_text(report, style);
}

} // namespace metrics_event
