#pragma once

#include "base/environment.hpp"
#include "base/exit_code.hpp"
#include "cli/command_line.hpp"
#include "commands/context.hpp"
#include "event/known_types.hpp"
#include "json/writer.hpp"
#include "settings/layers.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The inputs of the process. They stand here and not in app.hpp because commands read them as
/// well.
struct App {
  std::vector<std::string> arguments; // without the program's name
  Environment environment;
  std::vector<std::string> variables{};          // names that start with METRICS_EVENT_
  std::vector<std::string> config_directories{}; // only existing ones
  bool is_root = false;                          // root has a different usual spool
  HostIdentity host;                             // for the specifiers in labels
  std::span<const EventType> events;             // the built-in types
  std::span<const Command> commands;
  Context context;
};

/// The inputs of one run of a command.
struct Run {
  const App& app;
  const CommandLine& line;
  const EventTypes& types;
  const std::vector<Layer>& layers; // the sources of `resolved`
  const Resolved& resolved;
  const std::optional<Measurement>& measurement; // of COMMAND, if it was run
  const Context& context; // the context of the app, with the setting quiet applied
};

/// The outcome of a run, which decides the output and the exit status.
struct RunOutcome {
  Output output{}; // this and the next two are provisional until the settings are known
  bool is_quiet = false;
  bool is_best_effort = false;
  ExitCodeRange excusable{};              // the codes that --best-effort covers
  std::optional<ExitCode> command_status; // status of COMMAND, which becomes the exit status
  std::optional<Failure> failure;
  bool may_go_unread = false; // whether a closed stdout is fine, because nothing was done
  std::string done;           // appended to an error of stdout: "; the event was delivered"

  /// Renders the text for stdout; null means no text. Until a command sets it, it is the command's
  /// `Command::result`.
  std::function<std::string(const RunOutcome&)> result;

  /// Records why the run ends. If `signal` is not 0, the exit status is that of the signal.
  void fail(const Failure& why, int signal) {
    failure = signal == 0 ? why : Failure{status_of_signal(signal), why.text()};
  }
  bool is_excused() const {
    return failure && is_best_effort && excusable.contains(failure->code());
  }
  ExitCode exit_code() const {
    return command_status             ? *command_status
           : failure && !is_excused() ? failure->code()
                                      : ExitCode::ok;
  }
};

/// Begins the result object of a run with `status`, unless it is empty, and `exit_code`.
JsonObject result_head(const RunOutcome& outcome, std::string_view status = "");

/// Renders the result object of a failed run of a command that has no report: `exit_code` and
/// `error`. Returns an empty text after a success, and unless the output is JSON.
std::string failure_result(const RunOutcome& outcome);

/// Renders the result object of a run that failed before its command began: that of an empty
/// report.
template <class Report>
std::string empty_result(const RunOutcome& outcome) {
  return to_result(Report{}, outcome);
}

/// Returns the member `error` of a result object: null without a failure, otherwise an object of
/// `kind`, `message` and `response`, the receiver's text if there is any.
std::string error_object(const std::optional<Failure>& failure, const std::string& response);

} // namespace metrics_event
