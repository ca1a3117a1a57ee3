#include "commands/batch.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "commands/batch_file.hpp"
#include "commands/batch_report.hpp"
#include "settings/places.hpp"
#include "settings/rules.hpp"
#include "system/signals.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace metrics_event {
namespace {

constexpr std::chrono::seconds noteworthy{1}; // the time from which a batch ends with a summary

// Throws Failure when there are no positions for these files, or no place to keep them.
void check_resumption(const Run& run, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (path.empty() || path == "-") {
      throw Failure{ExitCode::usage, "--resume needs a FILE; the position in standard input cannot "
                                     "be kept"};
    }
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    if (exists(status) && !is_regular_file(status) && !is_directory(status)) {
      throw Failure{ExitCode::usage, "--resume needs a regular file; the position in " +
                                         quote_path(path) + " cannot be kept"};
    }
  }
  const Settings& settings = run.resolved.settings;
  if (!settings.dry_run && !settings.disabled &&
      position_directory(run.app.environment, run.app.is_root).empty()) {
    throw Failure{ExitCode::cantcreat, std::string{no_position_directory}};
  }
}

// Sends one file after the other and returns the failures in that order, but those of missing files
// come last. A signal ends it.
std::vector<Failure> send_files(const Run& run, const std::vector<std::string>& paths,
                                EventCounts& total) {
  std::vector<Failure> failures, missing;
  for (const std::string& path : paths) {
    std::optional<BatchFile> file;
    try {
      file.emplace(run, path);
    } catch (...) {
      missing.push_back(current_failure());
      continue;
    }
    try {
      file->run(total);
    } catch (const ReaderGone&) { // of a dry run
      throw;
    } catch (...) {
      failures.push_back(current_failure());
    }
    if (noted_signal() != 0) {
      break;
    }
  }
  failures.insert(failures.end(), missing.begin(), missing.end());
  return failures;
}

} // namespace

void run_batch(const Run& run, RunOutcome& outcome) {
  const Context& context = run.context;
  const Settings& settings = run.resolved.settings;
  const Deadline started = context.clock.steady_now();
  const auto report = std::make_shared<BatchReport>();
  outcome.result = [report](const RunOutcome& end) { return to_result(*report, end); };
  report->url = settings.url.url(); // set before anything can fail
  if (settings.confirm) {
    report->counts.confirmed = 0;
  }

  std::vector<std::string> paths{run.line.operand.value_or("")};
  paths.insert(paths.end(), run.line.more_operands.begin(), run.line.more_operands.end());
  if (run.line.options.is_on("resume")) {
    check_resumption(run, paths);
    for (const std::string& risk : risks(run.resolved)) {
      context.console.warn(risk);
    }
  }
  note_signals();
  const std::vector<Failure> failures = send_files(run, paths, report->counts);
  report->elapsed = whole_milliseconds(context.clock.steady_now() - started);
  for (const std::string& warning : warnings_about(report->counts)) {
    context.console.warn(warning);
  }
  // A failure has the counts in its text.
  const bool sends = !settings.dry_run && !settings.disabled;
  const bool is_noteworthy = report->counts.spooled > 0 || report->elapsed > noteworthy ||
                             context.console.diagnostics_is_terminal();
  const bool is_told = sends && failures.empty() && is_noteworthy && !context.console.is_quiet();
  if (settings.verbose || is_told) {
    context.console.say(counts(report->counts) + " in " + spoken_exactly(report->elapsed));
  }
  for (std::size_t i = 1; i < failures.size(); ++i) {
    const bool is_excused =
        outcome.is_best_effort && outcome.excusable.contains(failures[i].code());
    if (is_excused) {
      context.console.warn(failures[i].text());
    } else {
      context.console.say("error: " + failures[i].text());
    }
  }
  if (!failures.empty()) { // the first one is reported by the caller and gives the exit status
    throw Failure{failures.front()};
  }
}

} // namespace metrics_event
