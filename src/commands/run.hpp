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

/// What a process is given.
struct App {
  std::vector<std::string> arguments; // without the program's name
  Environment environment;
  std::vector<std::string> variables{};          // names that start with METRICS_EVENT_
  std::vector<std::string> config_directories{}; // that exist
  bool is_root = false;                          // whose spool is elsewhere
  std::span<const EventType> events;             // the built-in ones
  std::span<const Command> commands;
  Context context;
};

/// One run of a command.
struct Run {
  const App& app;
  const CommandLine& line;
  const EventTypes& types;
  const std::vector<Layer>& layers; // which `resolved` was made of
  const Resolved& resolved;
  const std::optional<Measurement>& measurement; // of the COMMAND that was run
  const Context& context;                        // that of the app, as quiet as the settings want
};

/// What is to be said at the end of a run, whatever happens.
struct RunOutcome {
  Output output{}; // as far as the settings are known, and so the next two
  bool is_quiet = false;
  bool is_best_effort = false;
  ExitCodeRange excusable{};              // by the command that runs
  std::optional<ExitCode> command_status; // of the COMMAND that was run, which is then ours
  std::optional<Failure> failure;
  std::string done; // what is done although stdout may fail: "the event is delivered"

  /// Renders what stdout gets; null: nothing. Commands set it before anything can go wrong.
  std::function<std::string(const RunOutcome&)> result;

  /// Notes why the run ends. A signal that was noted, if any, decides the status.
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

/// Begins the result object of a run: `status`, unless it is empty, and `exit_code`.
JsonObject result_head(const RunOutcome& outcome, std::string_view status = "");

/// Returns the member `error` of a result object: null without a failure, else an object of `kind`,
/// `message` and `response`, the receiver's own words, if there are any.
std::string error_object(const std::optional<Failure>& failure, const std::string& response);

} // namespace metrics_event
